import { commandsOf } from '../../ledger/redis/commands-of.ts'
import { SCRIPTS } from './scripts/catalog.ts'

/** What is asked besides the script. */
const SENT = ['get', 'del'] as const

/** What an ACL user must be allowed besides what the ledger's is, for a register of owners: `redisAcl(prefix, { also })`. */
export const OWNER_COMMANDS: readonly string[] = commandsOf(SCRIPTS, SENT)
