import type { WebSocket } from 'ws'
import type { Terms } from './terms.ts'

/** What time does to a session. */
export interface WatchListeners {
  /** The provider has not said its first word in time. */
  onLate(): void
  /** It has lasted as long as a session may. */
  onTooLong(): void
  /** Signs of life are asked for. */
  onBeat(): void
  /** One side has given no sign of life since the last time: its connection is only half there. */
  onSilence(side: WebSocket): void
}

export interface Watch {
  /** The provider has said its first word. */
  begun(): void
  stop(): void
}

const SIGNS_OF_LIFE = ['pong', 'ping', 'message'] as const

/** Keep the time of a session, and ask both sides of it for signs of life. */
export function watchSession(
  sides: readonly WebSocket[],
  { timers, limits }: Pick<Terms, 'timers' | 'limits'>,
  { onLate, onTooLong, onBeat, onSilence }: WatchListeners,
): Watch {
  const alive = new Set(sides)
  for (const side of sides) for (const sign of SIGNS_OF_LIFE) side.on(sign, () => alive.add(side))
  const late = timers.setTimeout(onLate, limits.connectMs)
  const tooLong = timers.setTimeout(onTooLong, limits.sessionMs)
  let next = timers.setTimeout(beat, limits.pingMs)

  function beat(): void {
    // Of a side that is held back nothing is read, its signs of life neither.
    const silent = sides.find((side) => !alive.has(side) && !side.isPaused)
    if (silent) return onSilence(silent)
    for (const side of sides) {
      alive.delete(side)
      if (side.isPaused) alive.add(side)
      if (side.readyState === side.OPEN) side.ping()
    }
    next = timers.setTimeout(beat, limits.pingMs)
    onBeat()
  }

  return {
    begun: () => timers.clearTimeout(late),
    stop() {
      for (const timer of [late, tooLong, next]) timers.clearTimeout(timer)
    },
  }
}
