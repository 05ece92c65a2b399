import { setImmediate } from 'node:timers'
import { machineTimers, type Timers } from '../core/timers.ts'
import type { CacheStore, Lease, Lookup } from './cache-store.ts'
import type { CacheEntry, CachePlace } from './entry.ts'
import { warnSometimes } from './warn-sometimes.ts'

export interface ForgivingOptions {
  /** How long a client may wait for the store, ms; then it is a miss. */
  readonly deadlineMs?: number
  /** Told of what the store could not do; a warning once a minute by default. */
  readonly onFault?: (fault: unknown) => void
  readonly timers?: Timers
}

/** A store that may fail or hang, as those on a request's way see it: what it cannot say is a miss, what it cannot do is not done. */
export interface ForgivingStore {
  /** `unreachable`: nothing is known, so nothing may be kept either. */
  get(place: CachePlace): MaybeLater<Lookup | 'unreachable'>
  /** False when it was not kept, as far as is known. */
  put(entry: CacheEntry, stamp: string, text?: string): Promise<boolean>
  /** Undefined when another process has it; `free` where nobody can say, or nobody else is there: then everybody goes. */
  lease(id: string): Promise<Lease | 'free' | undefined>
}

type MaybeLater<T> = T | Promise<T>

export function forgivingStore(
  store: CacheStore,
  {
    deadlineMs = 100,
    onFault = warnSometimes('The cache is passed by'),
    timers = machineTimers,
  }: ForgivingOptions = {},
): ForgivingStore {
  /** At once where the store answers at once. */
  function within<T, Otherwise>(ask: () => MaybeLater<T>, otherwise: Otherwise): MaybeLater<T | Otherwise> {
    const failed = (fault: unknown) => {
      onFault(fault)
      return otherwise
    }
    try {
      const answer = ask()
      return answer instanceof Promise ? inTime(answer).catch(failed) : answer
    } catch (fault) {
      return failed(fault)
    }
  }
  function inTime<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new Error(`The cache did not answer within ${deadlineMs} ms`))
      // An event loop that has stood still is not a slow store: first take in the answers that have come meanwhile.
      const late = timers.setTimeout(() => void setImmediate(giveUp), deadlineMs)
      answer.then(resolve, reject).finally(() => timers.clearTimeout(late))
    })
  }

  const { leases } = store
  return {
    get: (place) => within(() => store.get(place), 'unreachable' as const),
    put: async (entry, stamp, text) =>
      within(async () => {
        await store.put(entry, stamp, text)
        return true
      }, false),
    async lease(id) {
      if (!leases) return 'free'
      let isAwaited = true
      const lease = await within(async () => {
        const taken = await leases.take(id)
        // One that comes too late is nobody's, and would be held for as long as this process lives.
        if (!isAwaited) await taken?.release()
        return taken
      }, 'free' as const)
      isAwaited = false
      return lease
    },
  }
}
