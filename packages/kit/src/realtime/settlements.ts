import { warn } from '../core/warn.ts'

/** What ends responses while their session goes on: all of it is waited for at the end, and no failure of it ends the process. */
export interface Settlements {
  add(work: Promise<unknown>): void
  /** Resolves when all that was added is done. */
  idle(): Promise<void>
}

export function settlements(requestId: string): Settlements {
  const running = new Set<Promise<unknown>>()
  return {
    add(work) {
      const settled = work
        .catch((error: unknown) => {
          warn('TOLLGATE_FAULT', `A response could not be settled in full (${requestId}): ${String(error)}`)
        })
        .finally(() => running.delete(settled))
      running.add(settled)
    },
    async idle() {
      while (running.size > 0) await Promise.all([...running])
    },
  }
}
