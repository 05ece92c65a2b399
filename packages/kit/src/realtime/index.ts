export { type GovernedUpgrade, type GovernedUpgradeOptions, governedUpgrade } from './governed-upgrade.ts'
export type { RateLimits } from './pacing.ts'
export type { SessionLimits } from './terms.ts'
