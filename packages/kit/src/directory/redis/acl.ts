import { commandsOf } from '../../ledger/redis/commands-of.ts'
import { SCRIPTS } from './scripts/catalog.ts'

/** What is asked besides the scripts, and what they try where they may. */
const SENT = ['get', 'hget', 'llen', 'lrange', 'mget', 'ping', 'publish', 'subscribe', 'zrangebylex'] as const

/** What an ACL user must be allowed besides what the ledger's is, for a directory in Redis: `redisAcl(prefix, { also })`. */
export const DIRECTORY_COMMANDS: readonly string[] = commandsOf(SCRIPTS, SENT)
