import { SCRIPTS } from './scripts/catalog.ts'

/** What is asked besides the scripts. */
const SENT = [
  ...['hmget', 'hset', 'hsetnx', 'set', 'zadd', 'zcard', 'zrem', 'zrevrange'],
  ...['get', 'hscan', 'pexpire', 'xadd', 'xrange', 'zmscore'],
] as const

/** What an ACL user must be allowed besides what the ledger's is, for a cache in Redis: `redisAcl(prefix, { also })`. */
export const CACHE_COMMANDS: readonly string[] = [
  ...new Set([
    ...SENT,
    ...SCRIPTS.flatMap(({ lua }) =>
      [...lua.matchAll(/redis\.call\(\s*'(\w+)'/g)].map(([, command]) => command!.toLowerCase()),
    ),
  ]),
].toSorted()
