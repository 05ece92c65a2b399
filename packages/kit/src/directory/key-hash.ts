import {
  createHmac,
  createSecretKey,
  hash as digest,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { parseVirtualKey, VIRTUAL_KEY_PREFIX } from './virtual-key.ts'

/** Bytes of a master key, at least. */
export const MASTER_KEY_MIN_BYTES = 32

/** Characters of a presented key, at most: nothing longer is hashed or looked up. */
const PRESENTED_MAX_LENGTH = 512

/** Bytes of the keyed hash that make the lookup handle of an opaque key. */
const HANDLE_BYTES = 12

/** Turns the key a client presents into what the directory knows of it. */
export interface KeyHasher {
  /** The keyed hash kept at rest: HMAC-SHA256 over the whole text, 32 bytes. */
  hash(presented: string): Buffer

  /**
   * What the directory is asked for: the public id of a `tg-…` key, otherwise `h_` and the first bytes of the keyed
   * hash. Undefined when no directory can hold such a key: empty, absurdly long, or a `tg-…` text with a typo.
   */
  lookup(presented: string): string | undefined

  /**
   * Whether the presented text is the key of this record. The work and the time of a no are the same when there is no
   * record, so that answers do not tell known ids from unknown ones. A yes is remembered with the record, and is several
   * times cheaper from then on.
   */
  matches(presented: string, record: { readonly hash: Uint8Array } | undefined): boolean
}

/**
 * Hash keys with a key of their own, derived from the master key: a copied directory lets nobody test guesses without
 * it, and the master key can serve other purposes too.
 *
 * @param masterKey a string counts by its UTF-8 bytes.
 * @throws RangeError when the master key is shorter than 32 bytes.
 */
export function keyHasher(masterKey: Buffer | string): KeyHasher {
  const { hash, matches } = keyedHashes(masterKey, 'tollgate virtual keys')
  return {
    hash,
    matches,
    lookup(presented) {
      if (!isPresentable(presented)) return undefined
      if (presented.startsWith(VIRTUAL_KEY_PREFIX)) return parseVirtualKey(presented)?.id
      return `h_${handleOf(hash(presented))}`
    },
  }
}

/** Whether a text is neither empty nor absurdly long. */
export function isPresentable(presented: string): boolean {
  return presented.length > 0 && presented.length <= PRESENTED_MAX_LENGTH
}

/** The part of a keyed hash that a key is looked up by. */
export function handleOf(hash: Buffer): string {
  return hash.toString('base64url', 0, HANDLE_BYTES)
}

/**
 * Keyed hashes for one purpose: those of another are of no use for it.
 *
 * @throws RangeError when the master key is shorter than 32 bytes.
 */
export function keyedHashes(
  masterKey: Buffer | string,
  purpose: string,
): Pick<KeyHasher, 'hash' | 'matches'> {
  if (Buffer.byteLength(masterKey) < MASTER_KEY_MIN_BYTES) {
    throw new RangeError(`the master key must have at least ${MASTER_KEY_MIN_BYTES} bytes`)
  }
  const derived = hkdfSync('sha256', masterKey, '', purpose, 32)
  // As a key object it is prepared once; given as bytes, each hash would take five times as long.
  const hmacKey = createSecretKey(Buffer.from(derived))
  /** Compared with where there is no record; no text hashes to it but by chance. */
  const nobody = randomBytes(32)

  const hash = (presented: string) => createHmac('sha256', hmacKey).update(presented).digest()
  /** What the right key of a record digests to. A digest and no key: a dump of the memory must not hold any. */
  const seen = new WeakMap<object, Buffer>()

  return {
    hash,
    matches(presented, record) {
      // By way of a string: memory of its own, as a digest is given it, costs more than the digest itself.
      const digested = Buffer.from(digest('sha256', presented, 'binary'), 'binary')
      const known = (record && seen.get(record)) ?? nobody
      if (timingSafeEqual(digested, known)) return true
      const equal = timingSafeEqual(hash(presented), record?.hash ?? nobody)
      if (!equal || !record) return false
      seen.set(record, Buffer.copyBytesFrom(digested))
      return true
    },
  }
}
