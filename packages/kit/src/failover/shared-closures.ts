import { machineTimers, type Timers } from '../core/timers.ts'
import { warn } from '../core/warn.ts'
import type { Closure } from './closure.ts'
import { closureSet, type RedisCall } from './closure-set.ts'
import type { HealthBoard } from './health-board.ts'

export interface SharedClosuresOptions {
  readonly health: HealthBoard
  readonly call: RedisCall
  /** The one key that it is kept under; the same for the whole fleet, and for nobody else. */
  readonly key?: string
  /** How often what others have found is read, ms. */
  readonly everyMs?: number
  readonly timers?: Timers
}

export interface SharedClosures {
  /** Read what others have found, now. */
  refresh(): Promise<void>
  /** Stop sharing. */
  close(): void
}

/**
 * Let the processes of a fleet know what each has found of deployments and keys: who is shut, and until when. One sorted
 * set, by the time at which each closure ends; told when it happens, and read in the background: no request waits for it.
 * A Redis that is away is warned of once; each process then goes by what it has seen itself, and tells of that later.
 *
 * @example
 * const shared = sharedClosures({ health, call: (...args) => redis.call(...args) })
 */
export function sharedClosures({
  health,
  call,
  key = 'tg:closures',
  everyMs = 1_000,
  timers = machineTimers,
}: SharedClosuresOptions): SharedClosures {
  const set = closureSet(call, key)
  /** What others have told, by its id: a closure that is gone from there before its time has been lifted. */
  let known = new Map<string, Closure>()
  /** What this process has found itself: what others make of it is not news to it. */
  const own = new Map<string, Closure>()
  /** What of that nobody has been told yet. */
  const untold = new Map<string, Closure>()
  let closed = false
  let failing = false
  let timer: unknown

  const reach = async (work: Promise<void>, otherwise: string) => {
    try {
      await work
      failing = false
    } catch (cause) {
      if (!failing && !closed) warn('TOLLGATE_CLOSURES', `${otherwise} just now: ${String(cause)}`)
      failing = true
    }
  }
  const tell = (work: Promise<void>) => void reach(work, 'What is known of deployments is not shared')

  const add = async (closure: Closure) => {
    await set.add(closure)
    if (untold.get(closure.id) === closure) untold.delete(closure.id)
  }

  const stopWatching = health.watch({
    closed(closure) {
      own.set(closure.id, closure)
      untold.set(closure.id, closure)
      tell(add(closure))
    },
    opened(id) {
      const closure = own.get(id) ?? known.get(id)
      own.delete(id)
      untold.delete(id)
      known.delete(id)
      if (closure) tell(set.remove(closure))
    },
  })

  const hear = async () => {
    const { nowMs, found } = await set.read()
    if (closed) return
    for (const closure of found.values()) {
      if (own.get(closure.id)?.untilMs !== closure.untilMs) health.impose(closure, nowMs)
    }
    for (const [id, { untilMs }] of known) if (!found.has(id) && untilMs > nowMs) health.lift(id)
    for (const each of [own, untold])
      for (const [id, { untilMs }] of each) if (untilMs <= nowMs) each.delete(id)
    known = found
    await Promise.all([...untold.values()].map(add))
  }
  const refresh = () => reach(hear(), 'What others know of deployments is not heard')

  const again = () => {
    timer = timers.setTimeout(() => void refresh().finally(() => closed || again()), everyMs)
  }
  again()
  return {
    refresh,
    close() {
      closed = true
      stopWatching()
      timers.clearTimeout(timer)
    },
  }
}
