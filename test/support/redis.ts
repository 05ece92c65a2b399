export { type RedisCluster, redisCluster } from './redis/cluster.ts'
export { type FaultProxy, faultProxy } from './redis/fault-proxy.ts'
export { type RedisSentinels, redisSentinels } from './redis/sentinel.ts'
export {
  infoOf,
  type RedisPair,
  type RedisServer,
  redisPair,
  redisServer,
  redisWithAof,
} from './redis/servers.ts'
export { until } from './redis/until.ts'
