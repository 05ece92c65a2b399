import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(16 * 256)
let digits = ''
let used = 0

/** Random hexadecimal digits, 32 at most: one call to the system for 256 ids. */
function randomDigits(count: number): string {
  if (used === digits.length) {
    digits = randomFillSync(pool).toString('hex')
    used = 0
  }
  used += 32
  return digits.slice(used - 32, used - 32 + count)
}

/** A UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, then random; sorts by time. */
export function uuidv7(nowMs: number = Date.now()): string {
  const hex = randomDigits(19)
  const time = nowMs.toString(16).padStart(12, '0')
  const variant = '89ab'[Number.parseInt(hex[3]!, 16) & 0x3]
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-${variant}${hex.slice(4, 7)}-${hex.slice(7, 19)}`
}

/** A request's id as seen from outside: `req_` and 16 hexadecimal digits. */
export function requestId(): string {
  return `req_${randomDigits(16)}`
}
