import { isObject } from '../../core/json-object.ts'
import type { KeyRecord, PreviousSecret } from '../key-record.ts'
import type { Change, Kept } from '../record-store.ts'

/** Before each document stands its revision, which the scripts compare: they read no JSON, whose numbers Lua rounds. */
const documentOf = (revision: number, value: object): string => `${revision} ${JSON.stringify(value)}`

const valueIn = (text: string): unknown => JSON.parse(text.slice(text.indexOf(' ') + 1))

interface WrittenSecret {
  readonly hash: string
}
type WrittenKey = Omit<KeyRecord, 'hash' | 'previous'> &
  WrittenSecret & { readonly previous?: Omit<PreviousSecret, 'hash'> & WrittenSecret }

export function keyText({ hash, previous, ...rest }: KeyRecord): string {
  const written: WrittenKey = {
    ...rest,
    hash: base64(hash),
    ...(previous && { previous: { ...previous, hash: base64(previous.hash) } }),
  }
  return documentOf(rest.revision ?? 1, written)
}

export function readKey(text: string): KeyRecord {
  const { hash, previous, ...rest } = valueIn(text) as WrittenKey
  return {
    ...rest,
    hash: Buffer.from(hash, 'base64url'),
    ...(previous && { previous: { ...previous, hash: Buffer.from(previous.hash, 'base64url') } }),
  }
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')

/** A member of the set of its kind: a control character is in no id, and sorts before all that is. */
const END_OF_ID = '\0'

export function keptMember({ kind: _, org: __, id, ...rest }: Kept): string {
  return `${id}${END_OF_ID}${documentOf(rest.revision, rest)}`
}

export function readKept(kind: Kept['kind'], org: string, member: string): Kept {
  const end = member.indexOf(END_OF_ID)
  const rest = valueIn(member.slice(end + 1)) as Omit<Kept, 'kind' | 'org' | 'id'>
  return { kind, org, id: member.slice(0, end), ...rest }
}

/** From where on the member of an id is, and up to where, for commands that go by the bytes of members. */
export const memberRange = (id: string): readonly [string, string] => [`[${id}\0`, `(${id}\u0001`]

export function changeText({ before, after, ...rest }: Omit<Change, 'sequence'>): string {
  return JSON.stringify({ ...rest, before, after })
}

/** @param sequence its place in the list, from 1. */
export function readChange(text: string, sequence: number): Change {
  const read: unknown = JSON.parse(text)
  if (!isObject(read)) throw new Error('the history of the directory is damaged')
  return { before: undefined, after: undefined, ...read, sequence } as Change
}
