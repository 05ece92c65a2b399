import type { ServerResponse } from 'node:http'
import type { Clock } from '../../core/clock.ts'

/** When a request came, and when the client was sent what. Ms since the epoch; undefined while it has not happened. */
export interface Watch {
  readonly atMs: number
  firstByteAtMs: number | undefined
  closedAtMs: number | undefined
}

/**
 * Note when the head of an answer goes out, and when the response closes. Not by the tap: this stage is mounted first,
 * and a tap made this early would lie under whatever wraps the response after it, and show usage-reconcile bytes that
 * are no provider's any more. Not at the settle either: those of other stages, which come first, may wait for work that
 * goes on after the answer.
 */
export function startWatch(res: ServerResponse, clock: Clock): Watch {
  const watch: Watch = { atMs: clock.now(), firstByteAtMs: undefined, closedAtMs: undefined }
  const writeHead = res.writeHead
  function watchedWriteHead(this: ServerResponse, ...head: unknown[]) {
    watch.firstByteAtMs ??= clock.now()
    return writeHead.apply(this, head as never)
  }
  // Assigned by name, as in core/tap and for its reason.
  res.writeHead = watchedWriteHead as ServerResponse['writeHead']
  // Before the core's own listener, which begins with the settles at once.
  res.prependOnceListener('close', () => {
    watch.closedAtMs = clock.now()
  })
  return watch
}
