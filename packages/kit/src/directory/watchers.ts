import type { Changed } from './directory.ts'

type Listener = (changed: Changed | undefined) => void

/** Whoever wants to be told of changes. */
export interface Watchers {
  add(listener: Listener): () => void
  tell(changed: Changed | undefined): void
  /** Nobody is told any more. */
  close(): void
}

/** @param listen is begun with the first watcher and ended with the last: a directory that nobody watches costs nothing. */
export function watchers(listen: (tell: Listener) => () => void): Watchers {
  const all = new Set<Listener>()
  let stop: (() => void) | undefined

  function tell(changed: Changed | undefined): void {
    for (const listener of all) listener(changed)
  }
  function end(): void {
    stop?.()
    stop = undefined
  }

  return {
    add(listener) {
      // One of its own for each, so that the same function may be given twice and taken back once.
      const own: Listener = (changed) => listener(changed)
      all.add(own)
      stop ??= listen(tell)
      return () => {
        all.delete(own)
        if (all.size === 0) end()
      }
    },
    tell,
    close() {
      all.clear()
      end()
    },
  }
}
