export { LIMIT_COMMANDS } from './acl.ts'
export { type RedisLimitsOptions, redisLimits } from './redis-limits.ts'
