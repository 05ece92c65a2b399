export { modelPattern } from '../../wire/model-pattern.ts'
export { type Tier, type TierGate, type TierRefusal, type Tiers, tierGate, type Wish } from './gates.ts'
export { type Entitlement, entitlement } from './slots.ts'
export { type TierCheckOptions, tierCheck } from './tier-check.ts'
