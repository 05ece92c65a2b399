import { clearTimeout, setTimeout } from 'node:timers'

/** Whoever waits for something to come true. */
export interface Waiters {
  /** True as soon as a look finds it true, false once the time is over. Holds the process open meanwhile. */
  wait(isTrue: () => boolean, deadlineMs: number): Promise<boolean>
  /** Something has changed: whoever waits looks again. */
  look(): void
  /** How many wait. */
  count(): number
}

export function waiters(): Waiters {
  const looks = new Set<() => void>()
  return {
    wait: (isTrue, deadlineMs) =>
      new Promise((resolve) => {
        const deadline = setTimeout(() => done(false), deadlineMs)
        const look = () => {
          if (isTrue()) done(true)
        }
        function done(came: boolean): void {
          clearTimeout(deadline)
          looks.delete(look)
          resolve(came)
        }
        looks.add(look)
      }),
    look() {
      for (const look of looks) look()
    },
    count: () => looks.size,
  }
}
