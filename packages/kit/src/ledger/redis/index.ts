export { redisAcl } from './acl.ts'
export type { AsideOptions } from './aside.ts'
export type { Finding } from './checks.ts'
export { type RedisCommands, redisCommands } from './commands.ts'
export type { ExistingClient, RedisTarget } from './connection.ts'
export { type ExamineOptions, examineRedis, type ServerFinding } from './examine.ts'
export { type InitOptions, initRedisLedger, type Opened } from './init.ts'
export { type BooksStanding, type LookOptions, lookAtRedisBooks } from './look.ts'
export { isNoConnection } from './no-connection.ts'
export {
  type AcceptLossOptions,
  acceptRedisLoss,
  type OperatorOptions,
  type ResetClockOptions,
  resetRedisClock,
} from './operator.ts'
export { type Presence, type PresenceLook, redisPresence } from './presence.ts'
export { probeRedis } from './probe.ts'
export { type RedisLedgerOptions, redisLedger } from './redis-ledger.ts'
export { type DailySpend, type RedisSpend, type RedisSpendOptions, redisSpend } from './spend.ts'
export { redisUnbooked } from './unbooked.ts'
