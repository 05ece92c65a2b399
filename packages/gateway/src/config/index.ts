export type {
  AuditSink,
  Config,
  ConfigKey,
  DefaultsFor,
  DisabledProvider,
  Listen,
  Policy,
  Provider,
  RedisStore,
  Route,
  RouteTarget,
  SqliteStore,
  Store,
  StoreConfig,
  Team,
  Tier,
} from './config.ts'
export { type KeptSecret, keptSecret } from './kept-secret.ts'
export {
  type LoadConfigOptions,
  type LoadStoreConfigOptions,
  loadConfig,
  loadStoreConfig,
} from './load.ts'
export { longEnough, type MasterKey, type MasterKeyOptions, masterKey } from './master-key.ts'
export { ConfigError } from './problem.ts'
export type { CommandNeeds } from './store-tree.ts'
