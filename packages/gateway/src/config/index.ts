export type {
  AuditSink,
  Config,
  ConfigKey,
  DefaultsFor,
  DisabledProvider,
  Listen,
  Policy,
  Provider,
  Route,
  RouteTarget,
  Store,
  Team,
  Tier,
} from './config.ts'
export { type KeptSecret, keptSecret } from './kept-secret.ts'
export { type LoadConfigOptions, loadConfig } from './load.ts'
export { type MasterKey, type MasterKeyOptions, masterKey } from './master-key.ts'
export { ConfigError } from './problem.ts'
