import { type Clock, systemClock } from '../core/clock.ts'
import { askAdministrator, type HowToAsk } from '../directory/how-to-ask.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Enforcement } from '../meter/bounds.ts'
import { type PriceBook, priceBook } from '../meter/price-book.ts'
import { sharedTokenizer, type Tokenizer } from '../meter/tokenizer.ts'
import { type Booth, boothOf } from './booth.ts'
import type { ExposeLimits } from './refusals.ts'

/** How to reserve: the same for a stage in front of a route and for a fetch of one's own. */
export interface ReserveOptions {
  readonly ledger: Ledger
  /** What models cost; the built-in price book by default. */
  readonly prices?: PriceBook
  /** Counts text where a provider has not said; the process's own, by js-tiktoken's vocabularies, by default. */
  readonly tokenizer?: Tokenizer
  /** Whether a client's own cap may be shortened near the limit, rather than the request refused. */
  readonly nearLimit?: 'refuse' | 'cap'
  /**
   * `tight` reserves what streamed answers usually are, adds to it as they flow, and cuts one that the budget has no more
   * for; `hard` reserves the worst case of every answer.
   */
  readonly enforcement?: Enforcement
  /** How long a request may wait for running ones to settle before it is refused, ms. */
  readonly waitMs?: number
  /** What refusals tell, and with which status. */
  readonly refusals?: { readonly exposeLimits?: ExposeLimits; readonly status?: 429 | 402 }
  /** Ends a refusal with how to ask for what is refused; by default that is the administrator's business. */
  readonly howToAsk?: HowToAsk
  /** `observe` reports what would have been refused, and lets it pass without a cap. */
  readonly mode?: 'enforce' | 'observe'
  /** How long a reservation outlives a process that no longer answers for it, ms. */
  readonly reservationTtlMs?: number
  readonly clock?: Clock
}

/** How a service reserves: decided at assembly. */
export interface ReservePolicy {
  readonly booth: Booth
  readonly prices: PriceBook
  readonly tokenizer: Tokenizer
  readonly nearLimit: 'refuse' | 'cap'
  readonly enforcement: Enforcement
  readonly exposeLimits: ExposeLimits
  readonly budgetStatus: 429 | 402
  readonly howToAsk: HowToAsk
  /** How long a request may wait for running ones to settle before it is refused, ms. */
  readonly waitMs: number
  readonly observe: boolean
  readonly ttlMs: number
  readonly clock: Clock
}

/** The options of whoever reserves, as one policy. */
export function reservePolicy({
  ledger,
  prices = builtInPrices(),
  tokenizer = sharedTokenizer(),
  nearLimit = 'refuse',
  enforcement = 'hard',
  waitMs = 0,
  refusals: { exposeLimits = true, status: budgetStatus = 429 } = {},
  howToAsk = askAdministrator,
  mode = 'enforce',
  reservationTtlMs: ttlMs = 120_000,
  clock = systemClock,
}: ReserveOptions): ReservePolicy {
  const observe = mode === 'observe'
  return {
    booth: boothOf(ledger),
    prices,
    tokenizer,
    nearLimit,
    enforcement,
    exposeLimits,
    budgetStatus,
    howToAsk,
    waitMs,
    observe,
    ttlMs,
    clock,
  }
}

let builtIn: PriceBook | undefined

/** One book for all who bring none, made when it is first needed: a fetch of one's own is then cheap to make. */
function builtInPrices(): PriceBook {
  builtIn ??= priceBook()
  return builtIn
}
