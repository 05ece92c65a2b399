import type { Dialect } from '../core/dialect.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { AccountId, Basis } from '../ledger/ledger.ts'
import type { Price } from '../meter/price.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import type { ServiceTier } from '../wire/usage.ts'

/**
 * What became of one request: who asked, what was decided, who served it, what it cost. Flat, the same fields in every
 * record; what does not apply is null. Money is integer nano-USD, times are ms. No text of a prompt or an answer is in
 * it, unless `content` was asked for, and never a secret.
 *
 * A record is known by its `id`, and may be followed by another one of the same id: an estimate that was corrected, or a
 * charge that the books never got and that has expired since. The one with the later `endedAtMs` counts.
 */
export interface AuditRecord {
  /** UUIDv7: the reservation's own where there is one. */
  readonly id: string
  /** What the client was told as `x-request-id`; it may have chosen it itself. */
  readonly requestId: string
  /** When the request came; for one that expired, when it was reserved. Ms since the epoch. */
  readonly atMs: number
  /** When this came to be true. Ms since the epoch. */
  readonly endedAtMs: number

  readonly org: string | null
  readonly team: string | null
  readonly project: string | null
  readonly user: string | null
  /** The public id of the virtual key. */
  readonly key: string | null
  /** Cost attribution, for instance `{ feature: 'search' }`. */
  readonly tags: Readonly<Record<string, string>> | null
  readonly tier: string | null

  /** `allowed`, or the code it was refused with; `undecided` when the client left before either. */
  readonly decision: 'allowed' | 'undecided' | ErrorCode
  /** How providers failed a request that was allowed. */
  readonly fault: ErrorCode | null
  /** What would have refused it, had it been enforced: a tier, limit or budget that only observes, a soft limit. */
  readonly wouldRefuse: ErrorCode | null
  /** The account whose budget that was; the caller's own account for a tier or a limit on its rate. */
  readonly wouldRefuseAccount: AccountId | null

  readonly dialect: Dialect | null
  readonly endpoint: Endpoint | null
  /** The model that was asked for. */
  readonly model: string | null
  readonly stream: boolean | null
  /** Who served it, under the provider's own name for the model; null when nobody did, or several did. */
  readonly provider: string | null
  readonly servedModel: string | null
  /** What was tried, in order; empty where a handler of the application's own answered. */
  readonly attempts: readonly AuditAttempt[]
  /** `expired`: nobody ended its reservation, and all of it was charged. */
  readonly ending: 'finished' | 'aborted' | 'expired'
  /** What the client was answered; 499 when it left before. */
  readonly status: number | null

  /** Tokens by kind, each counted once; null where only an amount is known. */
  readonly inputTokens: number | null
  readonly cachedInputTokens: number | null
  readonly cacheWriteTokens: number | null
  readonly audioInputTokens: number | null
  readonly outputTokens: number | null
  readonly audioOutputTokens: number | null
  /** The part of the output that the client does not see. */
  readonly reasoningTokens: number | null
  /** The part of the cache writes that is kept for an hour or more. */
  readonly cacheWrite1hTokens: number | null
  /** The part of the input, and of the output, that is pictures. */
  readonly imageInputTokens: number | null
  readonly imageOutputTokens: number | null
  /** What is billed by the piece: pictures made, ms of sound, characters read aloud, searches of the web. */
  readonly images: number | null
  readonly audioMs: number | null
  readonly characters: number | null
  readonly webSearches: number | null
  /** What a paid API counts, in its meter's own unit (`minute`, `credit`), and thousandths of it; null for calls of models. */
  readonly unit: string | null
  readonly unitThousandths: number | null
  /** The provider's tier of service that it was served in, where that has prices of its own. */
  readonly serviceTier: ServiceTier | null

  /**
   * What the cache did for it: served the answer of the same request (`hit`), of one that asks the same (`semantic`), or of
   * one that was on its way (`collapsed`); `audit`, where it would have been served and was asked all the same; nothing was
   * there (`miss`), or nothing was looked for (`bypass`). Null where there is no cache, or it is off.
   */
  readonly cache: 'hit' | 'semantic' | 'collapsed' | 'audit' | 'miss' | 'bypass' | null
  /** Why nothing was served, in a word. */
  readonly cacheReason: string | null
  /** What the call would have cost that was not made, less what the hit was charged. */
  readonly savedNanoUsd: number | null
  /** What looking for answers, and judging them, has cost since the last record of those who share them. */
  readonly cacheOverheadNanoUsd: number | null

  /** The most that it could cost; null when nothing was reserved. */
  readonly reservedNanoUsd: number | null
  /** What the books were told that it cost: their total is the sum of these. */
  readonly chargedNanoUsd: number
  /** Tokens that the same charge put on budgets in tokens. */
  readonly chargedTokens: number
  /** How the charge is known; `unconfirmed` when it is what was reserved, because nobody said. Null when there is none. */
  readonly basis: Basis | 'unconfirmed' | null
  /** The version of the price book. */
  readonly priceVersion: string | null
  /** `ceiling`: the model's own price is not known, and the dearest one was taken. */
  readonly priceSource: Price['source'] | null

  /** From the request to the end of its response, or until the client left. */
  readonly latencyMs: number | null
  /** From the request to the first byte that the client was sent. */
  readonly firstByteMs: number | null

  /** The body of the request as it came, cut at 64 KiB; only when asked for. */
  readonly content: string | null
}

/** One try at one deployment. */
export interface AuditAttempt {
  readonly provider: string
  readonly model: string
  /** Which of the provider's keys, where it has several. */
  readonly key?: string
  readonly outcome: string
  /** Why it was not the answer. */
  readonly reason?: string
  /** It was shut for this reason, and asked all the same: so were all the others. */
  readonly despite?: string
  readonly status?: number
  /** What it may have cost without being the answer, nano-USD. What the answer cost is the charge without these. */
  readonly lostNanoUsd?: number
  /** What the answer has cost, nano-USD; where somebody pays. */
  readonly chargedNanoUsd?: number
  readonly durationMs: number
  readonly firstByteMs?: number
}
