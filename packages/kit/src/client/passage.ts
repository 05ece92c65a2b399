import type { Clock } from '../core/clock.ts'
import { counting } from '../toll/counting.ts'
import { endCounted, learn } from '../toll/ending.ts'
import { type Extending, type ExtendingOptions, extending } from '../toll/extending.ts'
import type { Reading } from '../toll/reading.ts'
import { knownCharge } from '../toll/settlement.ts'
import { endToll, type Toll } from '../toll/toll.ts'

/** One call from the moment it is sent, while its answer passes. */
export interface Passage {
  readonly toll: Toll
  /** The answer has begun, and is read like this. */
  begin(reading: Reading): void
  /** Follow a stream with its reservation, where that grows. */
  follow(reading: Reading, options: ExtendingOptions): Extending | undefined
  /**
   * End it once, whichever end comes first; resolves when the books have it. At the usage that was read, at nothing
   * when the provider refused or was never reached, and otherwise at what is counted.
   */
  end(ending: PassageEnding): Promise<void>
}

export interface PassageEnding {
  /** The provider's status; undefined when there was no answer. */
  readonly status: number | undefined
  /** The answer came to its own end. */
  readonly whole: boolean
}

/** Begin to watch a call that is about to be sent. */
export function openPassage(toll: Toll, clock: Clock): Passage {
  let reading: Reading | undefined
  let count = counting(toll, undefined)
  let ended: Promise<void> | undefined
  toll.proxied = true
  toll.sentAtMs = clock.now()
  const observe = () => count.observed()
  toll.observe = observe

  const end = async ({ status, whole }: PassageEnding) => {
    const known = knownCharge(toll, reading, { refused: false, status })
    if (!known) return endCounted(toll, count, { whole, nowMs: clock.now() })
    learn(toll, reading)
    await endToll(toll, known)
  }
  return {
    toll,
    begin(begun) {
      reading = begun
      count = counting(toll, begun)
    },
    follow(begun, options) {
      const growing = extending(toll, begun, () => count, options)
      const observe = () => {
        void growing?.ask()
        return count.observed()
      }
      // By its name, as in core/tap and for its reason.
      toll.observe = observe
      return growing
    },
    end(ending) {
      ended ??= end(ending)
      return ended
    },
  }
}
