/** What clocks may differ by, ms. Redis asks the same of a server's clock (`refuse_clock.lua`). */
export const MAX_AHEAD_MS = 60_000

export interface BooksTime {
  /** By which the books choose windows: the newest that they have seen, or their server's own. */
  readonly newestMs: number
  /** By the clock of whoever asks. */
  readonly nowMs: number
}

/**
 * Why nothing is reserved just now, if the books are more than a minute ahead of the clock of whoever asks: they would
 * count in a window that has yet to come, and go on doing so until it has, and nobody would know why. What is running
 * goes on, and ends.
 */
export function clockAhead({ newestMs, nowMs }: BooksTime): Error | undefined {
  if (newestMs - nowMs <= MAX_AHEAD_MS) return undefined
  const [newest, now] = [newestMs, nowMs].map((ms) => new Date(ms).toISOString())
  return new Error(
    `for the books it is ${newest}, and this machine's clock says ${now}: nothing is reserved while they are more than a minute ahead of it. Set the clocks right; if one was wrong before and all are right now, \`tollgate doctor --reset-clock\` lets the books follow`,
  )
}
