import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(16 * 256)
let used = pool.length

/** Sixteen random bytes, drawn from a pool: one call to the system for 256 ids. */
function randomBytes16(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += 16
  return pool.subarray(used - 16, used)
}

/** A UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, then random; sorts by time. */
export function uuidv7(nowMs: number = Date.now()): string {
  const hex = randomBytes16().toString('hex')
  const time = nowMs.toString(16).padStart(12, '0')
  const variant = ((Number.parseInt(hex[3]!, 16) & 0x3) | 0x8).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-${variant}${hex.slice(4, 7)}-${hex.slice(7, 19)}`
}

/** A request's id as seen from outside: `req_` and 16 hexadecimal digits. */
export function requestId(): string {
  return `req_${randomBytes16().toString('hex', 0, 8)}`
}
