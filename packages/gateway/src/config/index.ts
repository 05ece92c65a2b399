export type {
  AlertRule,
  AuditSink,
  AzureHost,
  BedrockHost,
  Config,
  ConfigKey,
  DefaultsFor,
  DisabledProvider,
  Host,
  HttpProvider,
  Listen,
  Metered,
  ModelRates,
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
  VertexHost,
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
