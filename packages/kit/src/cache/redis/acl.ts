import { commandsOf } from '../../ledger/redis/commands-of.ts'
import { SCRIPTS } from './scripts/catalog.ts'

/** What is asked besides the scripts. */
const SENT = [
  ...['hmget', 'hset', 'hsetnx', 'set', 'zadd', 'zcard', 'zrem', 'zrevrange'],
  ...['get', 'hscan', 'pexpire', 'xadd', 'xrange', 'zmscore'],
] as const

/** What an ACL user must be allowed besides what the ledger's is, for a cache in Redis: `redisAcl(prefix, { also })`. */
export const CACHE_COMMANDS: readonly string[] = commandsOf(SCRIPTS, SENT)
