import { type Clock, systemClock } from '../core/clock.ts'
import type { KeyHasher } from './key-hash.ts'
import type { Principal } from './principal.ts'
import { mintVirtualKey } from './virtual-key.ts'

/** A virtual key as the directory keeps it: whose it is, and how to recognise it; never its text. */
export interface KeyRecord extends KeyOwner {
  /** The name of its account, `key:<id>`: letters, digits, dot, underscore and hyphen. */
  readonly id: string
  /** What {@link KeyHasher.lookup} gives for its text. */
  readonly lookup: string
  /** What {@link KeyHasher.hash} gives for its text: 32 bytes. */
  readonly hash: Uint8Array
  readonly createdAtMs: number
  /** From this instant on it is refused. */
  readonly expiresAtMs?: number
  /** Since this instant it is refused. */
  readonly revokedAtMs?: number
}

/** Whom a key belongs to, and what people call it. */
export interface KeyOwner {
  readonly org: string
  readonly team?: string
  readonly project?: string
  readonly user?: string
  /** Free text for people. */
  readonly label?: string
  /** Cost attribution of everything the key pays for. */
  readonly tags?: Readonly<Record<string, string>>
}

/** A key as lists show it: without the hash, which leaves the directory only to be compared. */
export type KeySummary = Omit<KeyRecord, 'hash'>

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

/** Whether the key may be used now. */
export function keyIsLive(key: Pick<KeyRecord, 'expiresAtMs' | 'revokedAtMs'>, nowMs: number): boolean {
  return key.revokedAtMs === undefined && (key.expiresAtMs === undefined || nowMs < key.expiresAtMs)
}

/** The principal that a key speaks for. */
export function keyPrincipal({ org, team, project, user, id, tags }: KeySummary): Principal {
  return {
    org,
    key: id,
    ...(team !== undefined && { team }),
    ...(project !== undefined && { project }),
    ...(user !== undefined && { user }),
    ...(tags !== undefined && { tags }),
  }
}

const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const LOOKUP = /^[A-Za-z0-9_-]{1,64}$/
const NAME_MAX_LENGTH = 256
const TAGS_MAX_LENGTH = 4096

/** Whether a text can be the id of a key: 1 to 64 letters, digits, `.`, `_` and `-`, a letter or digit first. */
export function isKeyId(id: string): boolean {
  return KEY_ID.test(id)
}

/** Every directory holds its records to this before it keeps one. @throws RangeError with the field that is wrong. */
export function checkKeyRecord(key: KeyRecord): void {
  const names = [key.org, key.team, key.project, key.user, key.label]
  const times = [key.createdAtMs, key.expiresAtMs, key.revokedAtMs]
  if (!isKeyId(key.id))
    throw new RangeError(`"${key.id}" cannot be the id of a key: letters, digits, ".", "_" and "-"`)
  if (!LOOKUP.test(key.lookup)) throw new RangeError(`key ${key.id}: its lookup handle is malformed`)
  if (key.hash.length !== 32) throw new RangeError(`key ${key.id}: its hash must have 32 bytes`)
  if (names.some((name) => name !== undefined && (name.length === 0 || name.length > NAME_MAX_LENGTH))) {
    throw new RangeError(
      `key ${key.id}: org, team, project, user and label have 1 to ${NAME_MAX_LENGTH} characters`,
    )
  }
  if (times.some((time) => time !== undefined && (!Number.isSafeInteger(time) || time < 0))) {
    throw new RangeError(`key ${key.id}: its times must be whole milliseconds since the epoch`)
  }
  if (JSON.stringify(key.tags ?? {}).length > TAGS_MAX_LENGTH) {
    throw new RangeError(`key ${key.id}: its tags are longer than ${TAGS_MAX_LENGTH} characters`)
  }
}
