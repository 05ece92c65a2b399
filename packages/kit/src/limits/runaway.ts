import { type Clock, systemClock } from '../core/clock.ts'
import { nameOf, type Subject } from './rates.ts'
import { type Arrival, type LoopEnd, repeatCounter } from './repeats.ts'
import { spendRate } from './spend-rate.ts'

/** What is done of a loop: shut its caller out, only tell of it, or not even look. */
export type Treatment = 'enforce' | 'observe' | 'off'

/** `failures`: one request fails again and again; `repeats`: it is answered again and again; `spend`: far above its history. */
export type RunawayReason = 'failures' | 'repeats' | 'spend'

export interface RunawayOptions {
  /** The same request, failing over and over. */
  readonly failures?: Treatment
  /** The same request, answered over and over; canaries and evaluations do so too. */
  readonly repeats?: Treatment
  /** A minute that costs far more than the caller's others; so does the first hour of a new job. */
  readonly spend?: Treatment
  /** How often within a minute, and how many times its average, is too much. */
  readonly tolerance?: Partial<Tolerance>
  /** Told of each, whether it is enforced or not. */
  readonly onRunaway?: (runaway: Runaway) => void
}

export interface Tolerance {
  readonly failures: number
  readonly repeats: number
  readonly spendFactor: number
}

/** A caller that has run away. */
export interface Runaway {
  readonly org: string
  readonly caller: Subject
  readonly reason: RunawayReason
  /** Times within a minute; of `spend`, nano-USD. */
  readonly count: number
  readonly treatment: 'enforce' | 'observe'
}

/** A request on its way, as the guard knows it. */
export interface Sighting {
  readonly org: string
  readonly caller: Subject
  readonly arrival: Arrival | undefined
  /** Only observed: what enforcement would refuse. */
  readonly wouldRefuse: boolean
}

export interface RunawayGuard {
  /** A request comes; `print` is undefined for one that cannot be told from others. */
  arrive(org: string, caller: Subject, print: string | undefined): Sighting
  /** It has ended. Answers with what has just become too much. */
  end(sighting: Sighting, how: LoopEnd, nanoUsd: number): readonly Runaway[]
}

/**
 * Five failures after three tries each are no loop yet, a hundred answers in a minute are more than most tests ask for,
 * and ten times the usual is far.
 */
const TOLERANCE: Tolerance = { failures: 20, repeats: 100, spendFactor: 10 }

/**
 * Notices who has run away: an agent that sends one request over and over, or begins to spend what it never did. Each
 * process notices by itself, so that a loop over N of them may go N times as far; what it then does holds for all.
 * Different requests are never a loop, however many they are.
 */
export function runawayGuard(
  { failures = 'enforce', repeats = 'observe', spend = 'observe', tolerance }: RunawayOptions = {},
  clock: Clock = systemClock,
): RunawayGuard {
  const allowed = { ...TOLERANCE, ...tolerance }
  const counter = repeatCounter(clock)
  const rate = spendRate({ factor: allowed.spendFactor, clock })
  const watchesRequests = failures !== 'off' || repeats !== 'off'

  function loopOf({ memory }: Arrival, end: 'failed' | 'answered', count: number): RunawayReason | undefined {
    if (end === 'answered') return count === allowed.repeats && repeats !== 'off' ? 'repeats' : undefined
    if (failures === 'off' || (count < allowed.failures && !memory.tripped) || count === 0) return undefined
    if (count > allowed.failures && failures === 'observe') return undefined
    memory.tripped = failures === 'enforce'
    return 'failures'
  }

  return {
    arrive(org, caller, print) {
      const arrival =
        print !== undefined && watchesRequests ? counter.arrive(`${nameOf(org, caller)} ${print}`) : undefined
      const wouldRefuse =
        arrival !== undefined && repeats === 'observe' && counter.answered(arrival) >= allowed.repeats
      return { org, caller, arrival, wouldRefuse }
    },

    end({ org, caller, arrival }, how, nanoUsd) {
      const runaways: Runaway[] = []
      if (arrival && how !== 'neither') {
        const count = counter.count(arrival, how)
        const reason = loopOf(arrival, how, count)
        const treatment = reason === 'failures' ? failures : repeats
        if (reason && treatment !== 'off') runaways.push({ org, caller, reason, count, treatment })
      }
      const strange = spend === 'off' || nanoUsd === 0 ? undefined : rate.spend(nameOf(org, caller), nanoUsd)
      if (strange !== undefined && spend !== 'off')
        runaways.push({ org, caller, reason: 'spend', count: strange, treatment: spend })
      return runaways
    },
  }
}
