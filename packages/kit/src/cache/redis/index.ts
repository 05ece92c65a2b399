export { CACHE_COMMANDS } from './acl.ts'
export { type RedisCacheOptions, redisCache } from './redis-cache.ts'
export { type RedisLessonsOptions, redisLessons } from './redis-lessons.ts'
