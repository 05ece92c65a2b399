export { type Config, ConfigError, type LoadConfigOptions, loadConfig } from './config/index.ts'
export { type Gateway, type GatewayOptions, startGateway } from './gateway.ts'
export type { StageMaterials } from './pipeline/materials.ts'
export type { Totals } from './pipeline/traffic.ts'
