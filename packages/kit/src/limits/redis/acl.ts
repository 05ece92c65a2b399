import { commandsOf } from '../../ledger/redis/commands-of.ts'
import { SCRIPTS } from './scripts/catalog.ts'

/** What rate-limiter-flexible sends, and what its script calls. */
const OF_REQUESTS = ['expire', 'get', 'incrby', 'pttl', 'set'] as const

/** What an ACL user must be allowed besides what the ledger's is, for the limits of a fleet: `redisAcl(prefix, { also })`. */
export const LIMIT_COMMANDS: readonly string[] = commandsOf(SCRIPTS, OF_REQUESTS)
