export { OWNER_COMMANDS } from './acl.ts'
export { type RedisOwnersOptions, redisOwners } from './redis-owners.ts'
