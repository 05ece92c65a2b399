import { warn } from '../core/warn.ts'

/** Between two warnings of one thing, ms. */
const WARN_EVERY_MS = 60_000

/** Warn that something of the cache fails, once a minute: what fails once may fail with every request. */
export function warnSometimes(what: string): (fault: unknown) => void {
  let lastMs = Number.NEGATIVE_INFINITY
  return (fault) => {
    const nowMs = performance.now()
    if (nowMs - lastMs < WARN_EVERY_MS) return
    lastMs = nowMs
    warn('TOLLGATE_CACHE', `${what}: ${String(fault)}`)
  }
}
