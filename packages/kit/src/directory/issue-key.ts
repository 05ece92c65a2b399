import { type Clock, systemClock } from '../core/clock.ts'
import { checkKeyRecord } from './check-key.ts'
import type { KeyHasher } from './key-hash.ts'
import type { KeyOwner, KeyRecord } from './key-record.ts'
import { mintVirtualKey } from './virtual-key.ts'

/** What a record is made from: its owner, and what is not left to chance. */
export interface NewKey extends KeyOwner {
  readonly hasher: KeyHasher
  /** The key's id; by default the lookup handle. */
  readonly id?: string
  readonly expiresAtMs?: number
  readonly clock?: Clock
}

/** Mint a key and the record that recognises it. The secret is shown once; the record goes to the directory. */
export function issueKey(fields: NewKey): { readonly record: KeyRecord; readonly secret: string } {
  const { secret } = mintVirtualKey()
  return { record: keyRecord({ ...fields, secret }), secret }
}

/**
 * The record of a key whose text already exists, one from a config file for instance.
 *
 * @throws RangeError when no client could present such a text, or a field is not what a record may hold.
 */
export function keyRecord({
  hasher,
  secret,
  clock = systemClock,
  ...fields
}: NewKey & { readonly secret: string }): KeyRecord {
  const lookup = hasher.lookup(secret)
  if (lookup === undefined)
    throw new RangeError('the secret of a key is empty, too long, or a tg-… key with a typo')
  const record = { id: lookup, ...fields, lookup, hash: hasher.hash(secret), createdAtMs: clock.now() }
  checkKeyRecord(record)
  return record
}
