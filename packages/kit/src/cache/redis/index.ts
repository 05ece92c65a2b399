export { CACHE_COMMANDS } from './acl.ts'
export { type RedisCacheOptions, redisCache } from './redis-cache.ts'
