import type { IncomingMessage } from 'node:http'
import type { Flights } from '../../cache/flights.ts'
import type { ForgivingStore } from '../../cache/forgiving-store.ts'
import type { InsertAllowance } from '../../cache/insert-allowance.ts'
import type { SemanticLookup } from '../../cache/semantic-lookup.ts'
import type { Clock } from '../../core/clock.ts'
import type { Timers } from '../../core/timers.ts'
import type { HitPrice } from './hit-price.ts'
import type { CacheContext, PlanOptions } from './plan.ts'

/** What all requests of one stage share. */
export interface Desk extends PlanOptions {
  readonly store: ForgivingStore
  readonly inserts: InsertAllowance
  readonly flights: Flights
  readonly semantic: SemanticLookup | undefined
  readonly hitPrice: HitPrice
  readonly context: (req: IncomingMessage) => CacheContext
  readonly clock: Clock
  readonly timers: Timers
}
