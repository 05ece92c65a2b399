/** Promises for conditions: looked at again whenever something has changed. */
export interface Waiting {
  /** Resolves once the condition holds; at once when it holds already. */
  until(condition: () => unknown): Promise<void>
  changed(): void
  /** Nothing will change any more: whoever still waits is told so. */
  close(): void
}

interface Waiter {
  readonly condition: () => unknown
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export function waiting(): Waiting {
  const waiters = new Set<Waiter>()

  const look = (waiter: Waiter) => {
    try {
      if (!waiter.condition()) return
      waiter.resolve()
    } catch (error) {
      waiter.reject(error)
    }
    waiters.delete(waiter)
  }

  return {
    until(condition) {
      return new Promise((resolve, reject) => {
        const waiter = { condition, resolve, reject }
        waiters.add(waiter)
        look(waiter)
      })
    },
    changed() {
      for (const waiter of waiters) look(waiter)
    },
    close() {
      for (const { reject, condition } of waiters) {
        reject(new Error(`The simulated provider was closed before this came true: ${condition}`))
      }
      waiters.clear()
    },
  }
}
