export { DIRECTORY_COMMANDS } from './acl.ts'
export { probeRedisDirectory } from './probe.ts'
export { type RedisDirectoryOptions, redisDirectory } from './redis-directory.ts'
