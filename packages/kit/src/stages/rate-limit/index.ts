export { type RateLimitOptions, rateLimit } from './rate-limit.ts'
export type { ExposeLimits } from './refusals.ts'
export type { RatesFor, ScopesOf } from './scopes.ts'
export { type Pace, pace } from './slots.ts'
