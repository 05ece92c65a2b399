import { setTimeout as delay } from 'node:timers/promises'
import type { TollgateError } from '../core/errors.ts'
import type { Counting } from './counting.ts'
import { extendOutput, reservedOutput } from './extend-output.ts'
import { outputAhead } from './output-ahead.ts'
import type { Reading } from './reading.ts'
import type { Toll } from './toll.ts'

/** A reservation that began small, and is extended while its answer streams. */
export interface Extending {
  /**
   * Whether what has come may be passed on: undefined when it is reserved for, and what is on its way as well; else a promise
   * of the moment to ask again. An answer that gets no more has been cut by then.
   */
  ask(): Promise<void> | undefined
}

export interface ExtendingOptions {
  /** End the answer: nothing more of it is reserved for. */
  readonly cut: (refusal: TollgateError) => void
  /** The client does not read just now, and so the provider is not read either: what it generates meanwhile is not seen. */
  readonly blocked: () => boolean
  /** By a clock that only goes forward, ms. */
  readonly monotonicMs?: () => number
}

/** How long a count may hold an answer back, ms, at first and before it is cut: the first of a process loads a vocabulary. */
const COUNT_PATIENCE_MS = [100, 2_000]

/**
 * Follow an answer whose reservation grows; undefined for one that is reserved for as a whole.
 *
 * What is reserved stays ahead of what has come by a margin, for what the provider has generated and we have not seen: what
 * it generates in a second, at the speed of this answer. More is asked for in the background before it is needed; only an
 * answer that outruns that waits. The one that gets no more is cut at the margin, which pays for what is still generated
 * until the provider has heard of it. What goes beyond the margin is booked all the same, as an overdraft.
 */
export function extending(
  toll: Toll,
  reading: Reading | undefined,
  countingOf: () => Counting,
  { cut, blocked, monotonicMs = () => performance.now() }: ExtendingOptions,
): Extending | undefined {
  const { demand } = toll
  if (!demand?.bounds.grows || !reading?.streaming) return undefined
  const { bounds } = demand
  const counting = countingOf()
  const most = Math.min(bounds.outputTokens, toll.cap ?? bounds.outputTokens) * bounds.choices
  const ahead = outputAhead({ reading, counting, bounds, limits: demand.limits, most })
  let reserved = reservedOutput(toll, bounds)
  /** The books have given less than was asked for: they are asked again when it is needed, and not before. */
  let scarce = false
  let underWay: Promise<void> | undefined
  /** Since when the answer waits because it has outrun its reservation, ms: nothing is read meanwhile. */
  let heldSinceMs: number | undefined

  const unreadMs = () => {
    const sinceMs = blocked() ? reading.lastAtMs : heldSinceMs
    return sinceMs === undefined ? 0 : Math.max(0, monotonicMs() - sinceMs)
  }
  const needed = () => ahead.needed(unreadMs())
  const { step } = ahead

  /** Extend to what is needed now; the refusal where that is not to be had. What is only asked for ahead is not refused. */
  const extend = async (): Promise<TollgateError | undefined> => {
    const need = needed()
    const wanted = Math.min(most, need + 2 * step())
    if (need + step() <= reserved || (need <= reserved && scarce)) return undefined
    const come = Math.min(most, counting.outputAtLeast())
    const refusal = await extendOutput(toll, bounds, { come, need, wanted })
    reserved = reservedOutput(toll, bounds)
    scarce = reserved < wanted
    return need > reserved ? refusal : undefined
  }
  /** What was only measured by its bytes is far less once it is counted, which is waited for before an answer is cut. */
  const makeRoom = async (): Promise<void> => {
    let refusal: TollgateError | undefined
    for (const patienceMs of COUNT_PATIENCE_MS) {
      await Promise.race([counting.countOutput(), delay(patienceMs, undefined, { ref: false })])
      refusal = await extend()
      if (!refusal) return
    }
    if (refusal && !toll.ended) cut(refusal)
  }

  return {
    ask() {
      const need = needed()
      const pays = need <= reserved
      if (pays && (scarce || reserved >= most || need + step() <= reserved)) return undefined
      if (!pays) heldSinceMs ??= monotonicMs()
      underWay ??= makeRoom().finally(() => {
        underWay = undefined
        heldSinceMs = undefined
      })
      return pays ? undefined : underWay
    },
  }
}
