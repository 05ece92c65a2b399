import type { Clock } from '../../core/clock.ts'

export interface BreakerOptions {
  /** Monotonic or not, ms: only differences count. */
  readonly clock: Clock
  /** Whether a failure says that Redis is slow or silent, that it is there and said no, or nothing of the kind. */
  readonly classify: (error: unknown) => 'silent' | 'answered' | undefined
  /** After so many time-outs in a row nothing is sent any more. */
  readonly timeouts?: number
  /** Between two probes, ms. */
  readonly pauseMs?: number
  /**
   * Told when it opens, since what is still on its way will hardly come back; and again whenever as many probes have come
   * to nothing.
   */
  readonly onOpen?: () => void
}

export interface Breaker {
  /** @throws Error at once, with nothing sent, while the breaker is open. */
  run<T>(command: () => Promise<T>): Promise<T>
}

/**
 * Spares everybody the wait for a Redis that does not answer: after a few time-outs in a row commands are refused at
 * once, but for one probe now and then. Whatever is answered, be it a refusal, closes the breaker.
 */
export function breaker({
  clock,
  classify,
  timeouts = 5,
  pauseMs = 1000,
  onOpen = () => {},
}: BreakerOptions): Breaker {
  let inARow = 0
  let nextProbeMs = 0

  function failed(error: unknown): void {
    const failure = classify(error)
    if (failure === 'answered') inARow = 0
    // A probe that could not even be sent has not been answered either.
    if (failure === 'answered' || (failure === undefined && inARow < timeouts)) return
    inARow += 1
    if (inARow < timeouts) return
    nextProbeMs = clock.now() + pauseMs
    if (inARow % timeouts === 0) onOpen()
  }

  return {
    async run(command) {
      if (inARow >= timeouts) {
        if (clock.now() < nextProbeMs) {
          throw new Error(`Redis has not answered ${timeouts} commands in a row: nothing is sent but a probe`)
        }
        // Whoever comes while the probe is under way is refused until the next one is due.
        nextProbeMs = clock.now() + pauseMs
      }
      try {
        const reply = await command()
        inARow = 0
        return reply
      } catch (error) {
        failed(error)
        throw error
      }
    },
  }
}
