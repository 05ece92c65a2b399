export { VECTOR_COMMANDS } from './acl.ts'
export { type RedisFleetLogOptions, redisFleetLog } from './redis-fleet-log.ts'
export { type RedisVectorsOptions, redisVectors } from './redis-vectors.ts'
