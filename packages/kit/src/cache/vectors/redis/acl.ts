/** What an ACL user must be allowed besides what the ledger's is, for the vectors of a fleet: `redisAcl(prefix, { also })`. */
export const VECTOR_COMMANDS: readonly string[] = [
  ...['hdel', 'hmget', 'hscan', 'hset', 'pexpire', 'unlink'],
  ...['xadd', 'xread', 'xrevrange'],
]
