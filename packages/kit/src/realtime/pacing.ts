import type { GrantView } from '../access/grant-view.ts'
import type { Clock } from '../core/clock.ts'
import { uuidv7 } from '../core/ids.ts'
import { warn } from '../core/warn.ts'
import type { Principal } from '../directory/principal.ts'
import type { Limits, Used } from '../limits/limits.ts'
import type { Scope } from '../limits/rates.ts'
import { type ExposeLimits, limitedRefusal, runawayRefusal } from '../stages/rate-limit/refusals.ts'
import { callerOf, grantedScopes, type RatesFor, scopesOf } from '../stages/rate-limit/scopes.ts'
import type { Call } from '../wire/call.ts'

/** How fast sessions and their responses may go: the same limits and rates that the `rate-limit` stage is given. */
export interface RateLimits {
  readonly limits: Limits
  readonly rates?: RatesFor
  /** What callers have been given besides, for a time. */
  readonly grants?: GrantView | undefined
}

/** Ends what was taken, with what it has used. The second time changes nothing. Never rejects. */
export type Leave = (used: Used) => Promise<void>

/**
 * A session is one of its caller's requests, and one of those that run at the same time, for as long as it lasts. Each response
 * in it is a request too, with the tokens that it reads and makes.
 */
export interface Pacing {
  /** @throws TollgateError `rate_limited`, `runaway_loop`. */
  session(principal: Principal, model: string): Promise<Leave>
  /** @throws TollgateError `rate_limited`, `runaway_loop`. */
  response(principal: Principal, call: Call): Promise<Leave>
}

export interface PacingOptions {
  /** What is too fast passes. */
  readonly observe: boolean
  readonly exposeLimits: ExposeLimits
  readonly clock: Clock
}

/** Of a response of which nobody has said how long it may be, tokens. An estimate: what it used takes its place at the end. */
const USUAL_TOKENS = 1_000

export const UNPACED: Pacing = { session: async () => stay, response: async () => stay }

export function pacing(
  { limits, rates = {}, grants }: RateLimits,
  { observe, exposeLimits, clock }: PacingOptions,
): Pacing {
  const scopes = grantedScopes(scopesOf(rates), grants)

  async function take(principal: Principal, parts: readonly Scope[], tokens: number): Promise<Leave> {
    const caller = callerOf(principal)
    const { org } = principal
    const result = await limits.take({ org, id: uuidv7(clock.now()), caller, scopes: parts, tokens })
    if (result.status === 'taken') return (used) => limits.give(result.taken, used).catch(unreturned)
    if (observe) return stay
    if (result.status === 'limited') throw limitedRefusal(result, exposeLimits)
    throw runawayRefusal(caller, result.why, result.retryAfterMs)
  }

  return {
    async session(principal, model) {
      const parts = (await scopes(principal, model)).map(({ tpm: _, ...scope }) => scope)
      return take(principal, parts, 0)
    },
    async response(principal, { model, inputBytes, maxOutputTokens = USUAL_TOKENS }) {
      // Its session has the slot.
      const parts = (await scopes(principal, model)).map(({ concurrency: _, ...scope }) => scope)
      return take(principal, parts, inputBytes + Math.min(maxOutputTokens, USUAL_TOKENS))
    },
  }
}

async function stay(): Promise<void> {}

/** A slot that cannot be given back ends by itself; what was used of a rate is then what was estimated. */
function unreturned(error: unknown): void {
  warn('TOLLGATE_FAULT', `The limits were not told that something has ended: ${String(error)}`)
}
