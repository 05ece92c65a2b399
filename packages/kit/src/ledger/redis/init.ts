import type { Clock } from '../../core/clock.ts'
import { checkRead } from '../check.ts'
import { type AsideOptions, aside } from './aside.ts'
import type { RedisTarget } from './connection.ts'
import { init } from './scripts/init.ts'

export interface InitOptions extends AsideOptions {
  readonly orgs: readonly string[]
  /** As the ledger's: the Redis server's own when absent. */
  readonly clock?: Clock
}

export interface Opened {
  readonly org: string
  /** `there`: it had books, which are as they were. */
  readonly status: 'made' | 'there'
}

/**
 * Open the books of orgs, once. Nothing else ever does: where the books of an org have vanished, everybody is refused
 * until somebody has decided whether to restore them.
 *
 * @throws Error when this server cannot keep them: its numbers are not exact, or books of another layout are there.
 */
export async function initRedisLedger(
  target: RedisTarget,
  { orgs, clock, ...options }: InitOptions,
): Promise<readonly Opened[]> {
  for (const org of orgs) checkRead(org, [])
  const { keys, ask, call, close } = aside(target, options)
  try {
    const opened: Opened[] = []
    for (const org of orgs) {
      const reply = await ask(init, { meta: keys.of(org).meta }, { now: clock?.now() ?? '' })
      if (reply[0] === 'server') throw new Error(`this Redis cannot keep the books: ${reply[1]}`)
      await call('SADD', keys.orgs, org)
      opened.push({ org, status: reply[0] })
    }
    return opened
  } finally {
    await close()
  }
}
