import { checkId, checkRead } from '../check.ts'
import type { AccountId, Basis } from '../ledger.ts'
import { type Correction, correctionPrefix, type UnbookedList, type UnbookedSettle } from '../unbooked.ts'
import { type Aside, type AsideOptions, aside } from './aside.ts'
import type { RedisTarget } from './connection.ts'
import { dropUnbooked } from './scripts/drop-unbooked.ts'
import { amountsText, readAmounts } from './text.ts'

/**
 * The settles that the books on a Redis could charge to nobody. Redis is connected to when something is first asked.
 *
 * @example
 * const unbooked = await redisUnbooked('redis://127.0.0.1:6379').list('acme')
 */
export function redisUnbooked(target: RedisTarget, options: AsideOptions = {}): UnbookedList {
  const { keys, ask, call, close } = aside(target, options)
  return {
    async list(org) {
      checkRead(org, [])
      const fields = (await call('HGETALL', keys.of(org).unbooked)) as readonly string[]
      const ids = fields.filter((_, at) => at % 2 === 0)
      return ids
        .map((id, at) => unbookedIn(org, id, fields[2 * at + 1]!))
        .sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))
    },
    async drop({ org, id, actual, basis, atMs }) {
      checkId(org, id)
      const { unbooked, meta } = keys.of(org)
      const kept = `${basis} ${amountsText(actual)} ${atMs}`
      const [status] = await ask(dropUnbooked, { unbooked, meta }, { id, kept })
      return status === 'dropped'
    },
    async corrections(org, id) {
      checkId(org, id)
      const prefix = correctionPrefix(id)
      const found = await fieldsFrom(call, keys.of(org).adjustments, prefix)
      return found.map(correctionIn)
    },
    close,
  }
}

/** How many fields of a hash are looked at in one step, which nobody should have to wait for. */
const LOOKED_AT = 1000

/** The values of the fields of a hash whose names begin so, in the order of their names. */
async function fieldsFrom(call: Aside['call'], key: string, prefix: string): Promise<readonly string[]> {
  const found = new Map<string, string>()
  // A name may have no other character than this that a pattern knows.
  const pattern = `${prefix.replaceAll('*', '\\*')}*`
  let cursor = '0'
  do {
    const reply = await call('HSCAN', key, cursor, 'MATCH', pattern, 'COUNT', LOOKED_AT)
    const [next, fields] = reply as readonly [string, readonly string[]]
    for (let at = 0; at < fields.length; at += 2) found.set(fields[at]!, fields[at + 1]!)
    cursor = String(next)
  } while (cursor !== '0')
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
}

/** @param kept as `adjust.lua` writes it: `counter delta at note`. */
function correctionIn(kept: string): Correction {
  const [, delta, note] = /^\S+ (\S+) \S+ (.*)$/s.exec(kept)!
  const [account, budget, reason, charged] = JSON.parse(note!) as [AccountId, string, string, string?]
  const amounts = charged !== undefined && { charged: readAmounts(charged) }
  return { account, budget, delta: Number(delta), reason, ...amounts }
}

/** @param kept as `keep_unbooked.lua` writes it: `basis usd tokens requests at`. */
function unbookedIn(org: string, id: string, kept: string): UnbookedSettle {
  const [basis, ...numbers] = kept.split(' ')
  const actual = readAmounts(numbers.slice(0, 3).join(' '))
  return { org, id, actual, basis: basis as Basis, atMs: Number(numbers[3]) }
}
