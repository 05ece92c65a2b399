import { isDeepStrictEqual } from 'node:util'
import type { ReloadOutcome } from '../admin/reload-metrics.ts'
import type { Config } from '../config/index.ts'
import { needsRestart, withoutRestart } from './needs-restart.ts'

export interface ReloaderOptions {
  /** What the gateway runs from now. */
  readonly running: () => Config
  /** Read the config again. @throws ConfigError with everything that is wrong with it. */
  readonly read: () => Config
  /** Run from another one: all of it, or none. Answers what it has changed. @throws Error when it cannot be. */
  readonly apply: (config: Config) => Promise<readonly string[]>
  /** Told what became of it, a line each. */
  readonly say: (line: string) => void
  /** Told what is wrong. */
  readonly warn: (line: string) => void
  readonly onOutcome: (outcome: ReloadOutcome) => void
}

export interface Reloader {
  /** Look at the file again; resolves when what it says is in force, or is not to be. */
  reload(): Promise<ReloadOutcome>
  /** Look no more; resolves when nothing of it runs. */
  close(): Promise<void>
}

/**
 * Follow a config as its file changes. It is read whole and found right before anything changes: a file that is wrong changes
 * nothing, and says so. What takes a restart is named, and stays as it was until then.
 */
export function reloader({ running, read, apply, say, warn, onOutcome }: ReloaderOptions): Reloader {
  /**
   * The config as the file states it, with the changes that wait for a restart; undefined after an attempt that failed,
   * which may have left half of another one in the books.
   */
  let stated: Config | undefined = running()
  let last: Promise<unknown> = Promise.resolve()
  let closed = false

  async function look(): Promise<ReloadOutcome> {
    const next = read()
    if (isDeepStrictEqual(next, stated)) return 'unchanged'
    const before = running()
    const later = needsRestart(before, next)
    stated = undefined
    const done = await apply(withoutRestart(before, next))
    stated = next
    say(`reloaded ${next.file}${done.length > 0 ? `: ${done.join(', ')}` : ''}`)
    if (later.length > 0) say(`a restart is needed for what has changed in ${later.join(', ')}`)
    return 'applied'
  }

  async function lookAndTell(): Promise<ReloadOutcome> {
    if (closed) return 'unchanged'
    const outcome = await look().catch((error: unknown): ReloadOutcome => {
      const reason = error instanceof Error ? error.message : String(error)
      warn(`the config was not taken, and everything stays as it was: ${reason}`)
      return 'refused'
    })
    onOutcome(outcome)
    return outcome
  }

  return {
    reload() {
      // One after the other: each reads the file as it is by then.
      const looking = last.then(lookAndTell)
      last = looking
      return looking
    },
    async close() {
      closed = true
      await last
    },
  }
}
