import type { Asking } from '../../ledger/redis/asking.ts'
import { changedBy, handlesOf } from '../changed.ts'
import { type KeyRecord, keySummary } from '../key-record.ts'
import type { Shelves, Swap } from '../shelves.ts'
import { changeText, keyText, readKey } from './documents.ts'
import { type DirectoryKeys, LAYOUT } from './keys.ts'
import { outcome } from './outcome.ts'
import { putKey } from './scripts/put-key.ts'

/** Virtual keys in Redis: each at its handle, the previous one too, and all of them in one set by id. */
export function keyShelf(
  { ask, call }: Asking,
  keys: DirectoryKeys,
): Pick<Shelves, 'keyAt' | 'keyNamed' | 'keys' | 'swapKey'> {
  async function keyAt(lookup: string): Promise<KeyRecord | undefined> {
    const text = (await call('GET', keys.key(lookup))) as string | null
    return text === null ? undefined : readKey(text)
  }

  /**
   * Its handle may be another by the time it is asked for: then its place in the set has changed as well.
   *
   * @throws Error where it has not, and its record is lost.
   */
  async function keyNamed(id: string): Promise<KeyRecord | undefined> {
    for (let looked: string | undefined; ; ) {
      const [member] = (await call('ZRANGEBYLEX', keys.ids, `[${id} `, `(${id}!`)) as string[]
      if (member === undefined) return undefined
      if (member === looked) throw new Error(`the directory has lost the key ${id}: restore it from a backup`)
      const key = await keyAt(handleIn(member))
      if (key?.id === id) return key
      looked = member
    }
  }

  async function listed(after: string, limit: number): Promise<KeyRecord[]> {
    const from = after === '' ? '-' : `[${after}!`
    const members = (await call('ZRANGEBYLEX', keys.ids, from, '+', 'LIMIT', 0, limit)) as string[]
    if (members.length === 0) return []
    const handles = members.map((member) => keys.key(handleIn(member)))
    const texts = (await call('MGET', ...handles)) as (string | null)[]
    const read = texts.map((text, at) => (text === null ? keyNamed(idIn(members[at]!)) : readKey(text)))
    return (await Promise.all(read)).filter((key) => key !== undefined)
  }

  return {
    keyAt,
    keyNamed,
    keys: async ({ after, limit }) => (await listed(after, limit)).map(keySummary),
    async swapKey({ before, after, change }) {
      const key = after!
      const handles = fatesOf(before, key)
      const reply = await ask(
        putKey,
        {
          layout: keys.layout,
          ids: keys.ids,
          changes: keys.changes(key.org),
          foundAt: keys.key((before ?? key).lookup),
          handles: handles.map(([handle]) => keys.key(handle)),
        },
        {
          lv: LAYOUT,
          revision: before ? (before.revision ?? 1) : 0,
          id: key.id,
          was: before ? memberOf(before) : '',
          member: memberOf(key),
          record: keyText(key),
          change: changeText(change),
          channel: keys.channel,
          changed: JSON.stringify(changedBy(change)),
          fates: handles.map(([, fate]) => fate),
        },
      )
      return outcome(reply)
    },
  }
}

/** What becomes of each handle that the key had or will have. */
function fatesOf(before: Swap<KeyRecord>['before'], after: KeyRecord): [handle: string, fate: string][] {
  const had = new Set(handlesOf(before))
  const has = new Set(handlesOf(after))
  return [...new Set([...had, ...has])].map((handle) => [
    handle,
    !has.has(handle) ? 'gone' : had.has(handle) ? 'kept' : 'new',
  ])
}

/** No id has a space, and every character of one sorts behind `!`: so members are in the order of ids. */
const memberOf = ({ id, lookup }: KeyRecord) => `${id} ${lookup}`
const idIn = (member: string) => member.slice(0, member.indexOf(' '))
const handleIn = (member: string) => member.slice(member.indexOf(' ') + 1)
