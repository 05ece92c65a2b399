export { type ProviderFailoverOptions, providerFailover } from './provider-failover.ts'
export { type Attempt, attempts } from './slots.ts'
