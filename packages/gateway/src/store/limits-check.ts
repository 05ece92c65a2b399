import type { Clock } from '@tollgate/kit/core'
import type { RedisStore } from '../config/index.ts'

/** Rights are changed by hand: a look now and then finds what has been. */
const LOOK_MS = 60_000
const DEADLINE_MS = 2_000

/**
 * Whether the limits of a fleet are counted together: answers with why not. A Redis that is away is the store's to tell of.
 */
export function limitsCheck(store: RedisStore, clock: Clock): () => Promise<string | undefined> {
  let lookedMs = Number.NEGATIVE_INFINITY
  let latest: Promise<string | undefined> = Promise.resolve(undefined)

  async function look(): Promise<string | undefined> {
    const { limitsFindings } = await import('../doctor/limits-finding.ts')
    const found = await limitsFindings(store, DEADLINE_MS).catch(() => [])
    return found[0]?.text
  }

  return () => {
    // A clock that was set back must not put it off.
    if (Math.abs(clock.now() - lookedMs) >= LOOK_MS) {
      lookedMs = clock.now()
      latest = look()
    }
    return latest
  }
}
