export { modelPattern } from './model-pattern.ts'
export { type Entitlement, entitlement } from './slots.ts'
export { type Tier, type TierCheckOptions, tierCheck } from './tier-check.ts'
