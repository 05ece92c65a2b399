import type { Timers } from '../../../core/timers.ts'

export interface Patience {
  readonly deadlineMs: number
  readonly signal: AbortSignal | undefined
  readonly timers: Timers
}

/** What some work resolves with, unless the time is up or the caller has gone before: the work itself goes on. */
export function waitFor<T>(
  work: Promise<T>,
  { deadlineMs, signal, timers }: Patience,
): Promise<T | 'late' | 'aborted'> {
  if (signal?.aborted) {
    // Nobody hears of it any more if it fails.
    work.catch(() => {})
    return Promise.resolve('aborted')
  }
  return new Promise((resolve, reject) => {
    const timer = timers.setTimeout(() => end(() => resolve('late')), deadlineMs)
    const leave = () => end(() => resolve('aborted'))
    const end = (settle: () => void) => {
      timers.clearTimeout(timer)
      signal?.removeEventListener('abort', leave)
      settle()
    }
    signal?.addEventListener('abort', leave, { once: true })
    work.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    )
  })
}
