const MINUTE_MS = 60_000

/** What fails does so several times a second, and is told of once in a minute. */
export function oncePerMinute<T>(tell: (what: T) => void): (what: T) => void {
  let toldMs = -Infinity
  return (what) => {
    if (performance.now() - toldMs < MINUTE_MS) return
    toldMs = performance.now()
    tell(what)
  }
}
