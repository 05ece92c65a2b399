import type { Asking } from '../../ledger/redis/asking.ts'
import { changedBy } from '../changed.ts'
import type { Kept } from '../record-store.ts'
import type { Shelves } from '../shelves.ts'
import { changeText, keptMember, memberRange, readChange, readKept } from './documents.ts'
import { type DirectoryKeys, LAYOUT } from './keys.ts'
import { outcome } from './outcome.ts'
import { putRecord } from './scripts/put-record.ts'

/** Records in Redis, one sorted set of an org and kind; and the history of each org, a list that only grows. */
export function recordShelf(
  { ask, call }: Asking,
  keys: DirectoryKeys,
): Pick<Shelves, 'record' | 'records' | 'goneAt' | 'swapRecord' | 'changes'> {
  return {
    async record(kind, org, id) {
      const found = (await call('ZRANGEBYLEX', keys.records(org, kind), ...memberRange(id))) as string[]
      return found[0] === undefined ? undefined : readKept(kind, org, found[0])
    },
    async records(kind, org, { after, limit }) {
      const from = after === '' ? '-' : `[${after}\u0001`
      const all = await call('ZRANGEBYLEX', keys.records(org, kind), from, '+', 'LIMIT', 0, limit)
      return (all as string[]).map((member): Kept => readKept(kind, org, member))
    },
    async goneAt(kind, org, id) {
      return Number((await call('HGET', keys.gone(org, kind), id)) ?? 0)
    },
    async swapRecord({ before, after, revision, change }) {
      const { kind, org, id } = (after ?? before)!
      const reply = await ask(
        putRecord,
        {
          layout: keys.layout,
          records: keys.records(org, kind),
          gone: keys.gone(org, kind),
          changes: keys.changes(org),
        },
        {
          lv: LAYOUT,
          revision: revision - 1,
          next: revision,
          id,
          member: after ? keptMember(after) : '',
          change: changeText(change),
          channel: keys.channel,
          changed: JSON.stringify(changedBy(change)),
        },
      )
      return outcome(reply)
    },
    async changes(org, { before, limit }) {
      const length = Number(await call('LLEN', keys.changes(org)))
      const end = Math.min(before - 1, length)
      const start = Math.max(0, end - limit)
      if (end <= start) return []
      const texts = (await call('LRANGE', keys.changes(org), start, end - 1)) as string[]
      return texts.map((text, at) => readChange(text, start + at + 1)).toReversed()
    },
  }
}
