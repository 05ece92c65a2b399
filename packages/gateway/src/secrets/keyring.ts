import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

/** What a sealed text belongs to: opened anywhere else it is refused. */
export interface Place {
  readonly org: string
  /** The provider whose key it is. */
  readonly name: string
}

export type Opened =
  | { readonly status: 'open'; readonly text: string }
  /** `unknown_key`: sealed with a key that is not here. `tampered`: changed, or moved from another place. */
  | { readonly status: 'unknown_key' | 'tampered' }

/** Keys that texts are sealed with: one to seal, and those before it, which can still open. */
export interface Keyring {
  /** The public id of the key that seals. */
  readonly current: string
  seal(text: string, place: Place): string
  open(sealed: string, place: Place): Opened
}

const VERSION = 'v1'
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const SEALED = /^v1\.([\w-]{8})\.([\w-]{16})\.([\w-]{22,})$/

/**
 * Seal texts with AES-256-GCM. What a key is stated as may be a passphrase's worth of any text: the cipher's own is derived
 * from it (HKDF-SHA256), so that it serves nothing else, and its id is a digest of that, so that nobody has to name keys.
 *
 * The nonce is 96 random bits for each text: by NIST SP 800-38D, section 8.3, good for 2^32 texts under one key
 * (https://doi.org/10.6028/NIST.SP.800-38D). A gateway seals as many as it has providers, each time one is set. The org and
 * the provider's name are authenticated with it: a sealed key that is copied to another place does not open there.
 *
 * @param stated the newest first; at least one, of 32 bytes or more each.
 */
export function keyring(stated: readonly (string | Buffer)[]): Keyring {
  const keys = stated.map(cipherKey)
  const [current] = keys
  if (!current) throw new RangeError('a keyring has at least one key')
  const byId = new Map(keys.map((key) => [key.id, key]))

  return {
    current: current.id,
    seal(text, place) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, current.key, nonce).setAAD(boundTo(place, current.id))
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return [VERSION, current.id, nonce.toString('base64url'), sealed.toString('base64url')].join('.')
    },
    open(sealed, place) {
      const [, id = '', nonce = '', body = ''] = SEALED.exec(sealed) ?? []
      if (id === '') return { status: 'tampered' }
      const key = byId.get(id)
      if (!key) return { status: 'unknown_key' }
      const bytes = Buffer.from(body, 'base64url')
      // The last character may stand for bits that belong to nothing: one text has one spelling.
      if (bytes.toString('base64url') !== body) return { status: 'tampered' }
      const decipher = createDecipheriv(CIPHER, key.key, Buffer.from(nonce, 'base64url'), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(boundTo(place, id)).setAuthTag(bytes.subarray(-TAG_BYTES))
      try {
        const text = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()])
        return { status: 'open', text: text.toString('utf8') }
      } catch {
        return { status: 'tampered' }
      }
    },
  }
}

/** The id of the key that a text was sealed with. */
export function sealedWith(sealed: string): string | undefined {
  return SEALED.exec(sealed)?.[1]
}

function cipherKey(stated: string | Buffer): { readonly id: string; readonly key: Buffer } {
  const key = Buffer.from(hkdfSync('sha256', stated, '', 'tollgate sealed provider keys', 32))
  const id = createHash('sha256').update(key).digest('base64url').slice(0, 8)
  return { id, key }
}

/** As JSON no two places read alike. */
function boundTo({ org, name }: Place, id: string): Buffer {
  return Buffer.from(JSON.stringify([VERSION, id, org, name]))
}
