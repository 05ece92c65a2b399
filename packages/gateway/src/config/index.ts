export type { AuthRules, CredentialKind, ListenTls } from './access.ts'
export { type CacheRules, isCaching } from './cache-rules.ts'
export type {
  AdminTokenRule,
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
export { DEFAULT_TIER } from './default-tier.ts'
export { hiding } from './hidden.ts'
export { hidingSecrets } from './hidden-secrets.ts'
export { type KeptSecret, keptSecret } from './kept-secret.ts'
export { type KnownProvider, knownProviders } from './known-providers.ts'
export {
  type LoadConfigOptions,
  type LoadStoreConfigOptions,
  loadConfig,
  loadRoutingConfig,
  loadStoreConfig,
  type RoutingConfig,
} from './load.ts'
export { longEnough, type MasterKey, type MasterKeyOptions, masterKey } from './master-key.ts'
export { ConfigError } from './problem.ts'
export { type ProviderAccount, providerAccount, providerBudgets } from './provider-budgets.ts'
export type { EmbedderRule, JudgeRule, SemanticRules } from './semantic-rules.ts'
export { SEALED } from './shape/model-provider.ts'
export type { CommandNeeds } from './store-tree.ts'
