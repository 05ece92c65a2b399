export type {
  Limited,
  LimitedRequest,
  LimitStanding,
  Limits,
  Point,
  Shut,
  Taken,
  TakeResult,
  Used,
} from './limits.ts'
export { type LimitsOptions, memoryLimits } from './memory-limits.ts'
export {
  checkRates,
  isLimited,
  MAX_RATE,
  type RateMetric,
  type Rates,
  type Scope,
  type Subject,
  type SubjectKind,
} from './rates.ts'
export type { Arrival } from './repeats.ts'
export type {
  Runaway,
  RunawayOptions,
  RunawayReason,
  Sighting,
  Tolerance,
  Treatment,
} from './runaway.ts'
