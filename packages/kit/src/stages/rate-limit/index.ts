export { type RateLimitOptions, rateLimit } from './rate-limit.ts'
export type { RatesFor } from './scopes.ts'
export { type Pace, pace } from './slots.ts'
