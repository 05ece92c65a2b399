import { hash as digest } from 'node:crypto'
import { handleOf, isPresentable, type KeyHasher, keyedHashes } from './key-hash.ts'
import type { KeyRecord } from './key-record.ts'
import { VIRTUAL_KEY_PREFIX } from './virtual-key.ts'

/** Recognises keys that another product made and of which only a digest is known. */
export interface ImportedKeyHasher extends KeyHasher {
  /**
   * What a directory keeps of such a key.
   *
   * @param sha256 the SHA-256 digest of its text, 64 hexadecimal digits.
   * @throws RangeError when it is none.
   */
  ofDigest(sha256: string): Pick<KeyRecord, 'lookup' | 'hash'>
}

const DIGEST = /^[0-9a-f]{64}$/

/**
 * Hash keys that are known by their SHA-256 digest alone, as LiteLLM keeps them: the digest is hashed once more, with a key
 * derived from the master key for nothing else. So the bare digest is never at rest here, and whoever has a copy of the
 * other product's table has no key of this one: a digest that is presented as a key is hashed for another purpose.
 *
 * @throws RangeError when the master key is shorter than 32 bytes.
 */
export function importedKeyHasher(masterKey: Buffer | string): ImportedKeyHasher {
  const keyed = keyedHashes(masterKey, 'tollgate imported keys')
  const lookupOf = (hash: Buffer) => `i_${handleOf(hash)}`
  const hash = (presented: string) => keyed.hash(digest('sha256', presented))
  return {
    hash,
    matches: (presented, record) => keyed.matches(digest('sha256', presented), record),
    lookup(presented) {
      if (!isPresentable(presented) || presented.startsWith(VIRTUAL_KEY_PREFIX)) return undefined
      return lookupOf(hash(presented))
    },
    ofDigest(sha256) {
      if (!DIGEST.test(sha256)) throw new RangeError('a SHA-256 digest has 64 hexadecimal digits')
      const hash = keyed.hash(sha256)
      return { lookup: lookupOf(hash), hash }
    },
  }
}
