export { LIMIT_COMMANDS } from './acl.ts'
export { type ProbeLimitsOptions, probeRedisLimits } from './probe.ts'
export { type RedisLimitsOptions, redisLimits } from './redis-limits.ts'
