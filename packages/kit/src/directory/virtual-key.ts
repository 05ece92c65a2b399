import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ID_LENGTH = 12
/** 26 digits of base 62 are 154 bits. */
const SECRET_LENGTH = 26
const CHECKSUM_LENGTH = 6

/** What every virtual key begins with. */
export const VIRTUAL_KEY_PREFIX = 'tg-'

/**
 * The text of a virtual key as a regular expression, to give to secret scanners: the prefix, the public id, and the
 * secret with its checksum.
 */
export const VIRTUAL_KEY_PATTERN: string = `${VIRTUAL_KEY_PREFIX}[0-9A-Za-z]{${ID_LENGTH}}-[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}`

const WHOLE_KEY = new RegExp(`^${VIRTUAL_KEY_PATTERN}$`)

/** A virtual key at the one moment when its text is known. */
export interface MintedKey {
  /** The public part: it may be shown, logged and looked up by. */
  readonly id: string
  /** The whole `tg-…` text. Show it once; it cannot be had again. */
  readonly secret: string
}

/** Make a virtual key: `tg-`, a public id, 154 random bits, and a checksum over all that stands before it. */
export function mintVirtualKey(): MintedKey {
  const id = randomDigits(ID_LENGTH)
  const body = `${VIRTUAL_KEY_PREFIX}${id}-${randomDigits(SECRET_LENGTH)}`
  return { id, secret: body + checksum(body) }
}

/**
 * The public id in the text of a virtual key; undefined when it is not one. The checksum is compared here, so that a
 * typo is refused without a look at the store: a single wrong character, or two neighbours swapped, never pass.
 */
export function parseVirtualKey(text: string): { readonly id: string } | undefined {
  if (!WHOLE_KEY.test(text)) return undefined
  const body = text.slice(0, -CHECKSUM_LENGTH)
  if (checksum(body) !== text.slice(-CHECKSUM_LENGTH)) return undefined
  const start = VIRTUAL_KEY_PREFIX.length
  return { id: text.slice(start, start + ID_LENGTH) }
}

function randomDigits(length: number): string {
  let digits = ''
  for (let i = 0; i < length; i++) digits += DIGITS[randomInt(DIGITS.length)]
  return digits
}

/** CRC-32 in base 62, as the field does it; always six digits. */
function checksum(body: string): string {
  let rest = crc32(body)
  let digits = ''
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = DIGITS[rest % DIGITS.length] + digits
    rest = Math.floor(rest / DIGITS.length)
  }
  return digits
}
