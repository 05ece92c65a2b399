import type { Timers } from '../core/timers.ts'
import { leaseKeeper } from './lease-keeper.ts'
import type { Limited, LimitedRequest, LimitStanding, Limits, TakeResult, Used } from './limits.ts'
import type { Scope } from './rates.ts'
import type { RequestCounter } from './requests.ts'
import type { SlotAnswer, SlotRequest, SlotState, Slots } from './slots.ts'

export interface LimitParts {
  readonly requests: RequestCounter
  readonly slots: Slots
  readonly timers: Timers
  /** Of whoever runs away: the first time, and at most, ms. */
  readonly coolDown: { readonly firstMs: number; readonly longestMs: number }
}

/**
 * Limits out of their two parts. Requests are asked first, since what they refuse is taken back to the letter; tokens and
 * slots, which write nothing unless all is well, come last.
 */
export function joinLimits({ requests, slots, timers, coolDown }: LimitParts): Limits {
  const leases = leaseKeeper(slots, timers)
  return {
    async take(request) {
      const counted = await requests.take(request.org, request.scopes)
      const slotRequest = slotRequestOf(request)
      if (counted.status === 'limited')
        return later(counted.standing, slotRequest, await slots.take(slotRequest, true))
      const answer = await slots.take(slotRequest, false).catch(async (fault: unknown) => {
        await requests.giveBack(request.org, counted.points)
        throw fault
      })
      if (answer.status === 'taken') {
        leases.track(slotRequest)
        const standings = counted.standings.concat(standingsOf(slotRequest, answer.states))
        return { status: 'taken', taken: { ...request, points: counted.points }, standings }
      }
      await requests.giveBack(request.org, counted.points)
      if (answer.status === 'shut') return { status: 'shut', retryAfterMs: answer.waitMs, why: answer.why }
      return slotsLimited(slotRequest, answer)
    },

    async give(taken, used) {
      const slotRequest = slotRequestOf(taken)
      leases.untrack(slotRequest)
      const given = slotRequest.scopes.length > 0 ? slots.give(slotRequest, tokensOf(used)) : undefined
      await (used === 'nothing' ? Promise.all([requests.giveBack(taken.org, taken.points), given]) : given)
    },

    async read(org, scopes) {
      const asked = slotRequestOf({ org, id: '', caller: 'org:', scopes, tokens: 0 })
      const answer = await slots.take(asked, true)
      const states = answer.status === 'shut' ? [] : standingsOf(asked, answer.states)
      return [...(await requests.read(org, scopes)), ...states]
    },

    shut: (org, caller, why) => slots.shut(org, caller, { ...coolDown, why }),

    async close() {
      leases.stop()
      await slots.close()
    },
  }
}

function slotRequestOf({ org, id, caller, scopes, tokens }: LimitedRequest): SlotRequest {
  return { org, id, caller, scopes: scopes.every(hasSlots) ? scopes : scopes.filter(hasSlots), tokens }
}

const hasSlots = ({ tpm, concurrency }: Scope): boolean => tpm !== undefined || concurrency !== undefined
const tokensOf = (used: Used): number => (used === 'nothing' ? 0 : used.tokens)

/** A request that its minute refuses has to wait for whatever else would refuse it by then as well. */
function later(
  standing: LimitStanding,
  request: SlotRequest,
  answer: SlotAnswer,
): Exclude<TakeResult, { status: 'taken' }> {
  if (answer.status === 'shut') return { status: 'shut', retryAfterMs: answer.waitMs, why: answer.why }
  const other = answer.status === 'limited' ? slotsLimited(request, answer) : undefined
  if (other && other.retryAfterMs > standing.resetMs) return other
  return { status: 'limited', standing, retryAfterMs: standing.resetMs }
}

function slotsLimited(request: SlotRequest, answer: Extract<SlotAnswer, { status: 'limited' }>): Limited {
  const { place, metric, waitMs, states } = answer
  const standings = standingsAt(request.scopes[place]!, states[place]!)
  return {
    status: 'limited',
    standing: standings.find((standing) => standing.metric === metric)!,
    retryAfterMs: waitMs,
  }
}

function standingsOf({ scopes }: SlotRequest, states: readonly SlotState[]): LimitStanding[] {
  return scopes.flatMap((scope, at) => standingsAt(scope, states[at]!))
}

function standingsAt(
  { subject, tpm, concurrency }: Scope,
  { tokensLeft, wholeInMs, running }: SlotState,
): LimitStanding[] {
  const standings: LimitStanding[] = []
  if (tpm !== undefined) {
    const remaining = Math.max(0, tokensLeft)
    standings.push({ subject, metric: 'tokens', limit: tpm, remaining, resetMs: wholeInMs })
  }
  if (concurrency !== undefined) {
    const remaining = Math.max(0, concurrency - running)
    standings.push({ subject, metric: 'concurrency', limit: concurrency, remaining, resetMs: 0 })
  }
  return standings
}
