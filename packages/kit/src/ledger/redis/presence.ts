import { checkRead } from '../check.ts'
import type { AccountId, NoAccountReason } from '../ledger.ts'
import { type AsideOptions, aside } from './aside.ts'
import type { RedisTarget } from './connection.ts'

/** Which of some accounts the books of an org have, and which books these are. */
export interface Presence {
  /** Changes whenever the books are taken over: after a fail-over, a restored copy, or an operator's word. */
  readonly takeover: string
  /** Nothing new is admitted before, ms since the epoch, by the server's clock. */
  readonly closedUntilMs: number
  /** `unknown`: these books have never heard of it. `gone`: they have, and its limits are lost. */
  readonly missing: ReadonlyMap<AccountId, Exclude<NoAccountReason, 'too_many'>>
}

export interface PresenceLook {
  /** @throws Error when Redis does not answer. */
  of(org: string, accounts: readonly AccountId[]): Promise<Presence>
  close(): Promise<void>
}

/**
 * Look for accounts in the books on a Redis, without changing anything: a ledger's own `read` takes one that is missing
 * for one that has spent nothing. Redis is connected to when something is first asked.
 */
export function redisPresence(target: RedisTarget, options: AsideOptions = {}): PresenceLook {
  const { keys, call, close } = aside(target, options)
  return {
    async of(org, accounts) {
      checkRead(org, accounts)
      const { meta, known, account } = keys.of(org)
      const [state, heardOf, ...there] = await Promise.all([
        call('HMGET', meta, 'ep', 'since', 'ru'),
        accounts.length > 0 ? call('HMGET', known, ...accounts) : [],
        ...accounts.map((id) => call('EXISTS', account(id))),
      ])
      const [epoch, since, closedUntil] = state as (string | null)[]
      const reasonAt = (at: number) => ((heardOf as (string | null)[])[at] === null ? 'unknown' : 'gone')
      const absent = accounts.flatMap((id, at) =>
        Number(there[at]) === 1 ? [] : [[id, reasonAt(at)] as const],
      )
      return {
        takeover: `${epoch ?? ''} ${since ?? ''}`,
        closedUntilMs: Number(closedUntil ?? 0),
        missing: new Map(absent),
      }
    },
    close,
  }
}
