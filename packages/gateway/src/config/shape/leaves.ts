import { MAX_LIMIT, NANO_PER_USD, nanoToUsd, usdToNano } from '@tollgate/kit/core'
import { isKeyId, MASTER_KEY_MIN_BYTES, parseVirtualKey, VIRTUAL_KEY_PREFIX } from '@tollgate/kit/directory'
import { remainderAfter } from '@tollgate/kit/meter'
import type { z } from 'zod'
import { durationMs } from '../duration.ts'
import { nearest } from '../nearest.ts'
import { leaf, text, Wrong } from './fields.ts'

const NAME_MAX_LENGTH = 128
const KEY_SECRET_MIN_LENGTH = 32

/** An id or a name: a line of text without spaces around it. */
export const name: z.ZodType<string> = text((value) =>
  value.length > NAME_MAX_LENGTH || value !== value.trim() || /[\x00-\x1f\x7f]/.test(value)
    ? new Wrong(() => `must be one line of at most ${NAME_MAX_LENGTH} characters, with no space around it`)
    : undefined,
)

export const keyId: z.ZodType<string> = text((value) =>
  isKeyId(value)
    ? undefined
    : new Wrong((shown) => `${shown} cannot be the id of a key: use letters, digits, ".", "_" and "-"`),
)

/** The text of a virtual key: opaque, or one that `tollgate keys create` made. */
export const keySecret: z.ZodType<string> = text((value) => {
  if (value.length < KEY_SECRET_MIN_LENGTH)
    return new Wrong(() => `must have at least ${KEY_SECRET_MIN_LENGTH} characters`)
  if (!/^[\x21-\x7e]+$/.test(value)) return new Wrong(() => 'must be printable ASCII without spaces')
  if (value.startsWith(VIRTUAL_KEY_PREFIX) && !parseVirtualKey(value)) {
    return new Wrong(() => 'is not a virtual key: it begins with tg-, and its checksum is wrong')
  }
  return undefined
})

export const masterKey: z.ZodType<string> = text((value) =>
  Buffer.byteLength(value) < MASTER_KEY_MIN_BYTES
    ? new Wrong(() => `must have at least ${MASTER_KEY_MIN_BYTES} bytes: openssl rand -hex 32 makes one`)
    : undefined,
)

const DECIMAL_RULE = 'write a decimal number with at most nine places, such as 500 or "0.25"'

/** A limit in USD, kept as the decimal text that the ledger reads. */
export const limitUsd: z.ZodType<string> = usd('amount', MAX_LIMIT)

/** A price in USD, kept as the decimal text that the price book reads. */
export const price: z.ZodType<string> = usd('price', Number.MAX_SAFE_INTEGER)

function usd(noun: string, maxNano: number): z.ZodType<string> {
  const tooMuch = new Wrong(
    (shown) => `${shown} is more than the books can hold: at most ${nanoToUsd(maxNano)} USD`,
  )
  return leaf((value) => {
    const dollars = /^(\d{1,100})(?:\.\d+)?$/.exec(value)?.[1]
    if (dollars && BigInt(dollars) * BigInt(NANO_PER_USD) > BigInt(maxNano)) return tooMuch
    try {
      return usdToNano(value) > maxNano ? tooMuch : value
    } catch {
      return new Wrong((shown) => `${shown} is no ${noun} in USD: ${DECIMAL_RULE}`)
    }
  })
}

/** What a provider takes off its list prices, in percent, kept as the decimal text that the price book reads. */
export const discount: z.ZodType<string> = leaf((value) => {
  try {
    remainderAfter(value)
    return value
  } catch {
    return new Wrong((shown) => `${shown} is no discount: write percent from 0 to 100, such as 7.5`)
  }
})

export const limitCount: z.ZodType<number> = wholeNumber(0, MAX_LIMIT)

/** As many tokens as no model reads or writes at once. */
export const tokenCount: z.ZodType<number> = wholeNumber(1, 100_000_000)

/** How many accounts there may be of a kind. */
export const accountCount: z.ZodType<number> = wholeNumber(0, 1_000_000_000)

/** A percentage of a limit that the ledger tells of. */
export const threshold: z.ZodType<number> = wholeNumber(1, 200)

/** How many of something there may be in a minute, or at a time. */
export const rate: z.ZodType<number> = wholeNumber(1, 1_000_000_000)

export const port: z.ZodType<number> = wholeNumber(0, 65_535)

/** A size, in MiB. */
export const megabytes: z.ZodType<number> = wholeNumber(1, 1_000_000)

export const percent: z.ZodType<number> = wholeNumber(0, 100)

/** How often, or how many calls at once. */
export const callCount: z.ZodType<number> = wholeNumber(0, 1_000_000)

/** How much one target gets beside the others of its route. */
export const weight: z.ZodType<number> = wholeNumber(1, 1_000_000)

function wholeNumber(min: number, max: number): z.ZodType<number> {
  return leaf((value) => {
    const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN
    return number >= min && number <= max
      ? number
      : new Wrong((shown) => `must be a whole number from ${min} to ${max}, not ${shown}`)
  })
}

/** A duration, in ms, at most so long. */
export function duration(max: string): z.ZodType<number> {
  return leaf((value) => {
    const ms = durationMs(value)
    if (ms === undefined) return new Wrong((shown) => `${shown} is not a duration: write 250ms, 30s or 5m`)
    return ms <= durationMs(max)! ? ms : new Wrong((shown) => `${shown} is too long: at most ${max}`)
  })
}

/** A time zone that the calendar of this machine knows. */
export const timeZone: z.ZodType<string> = text((value) => {
  if (/^[A-Za-z]/.test(value) && isTimeZone(value)) return undefined
  const meant = nearest(value, Intl.supportedValuesOf('timeZone'))
  return new Wrong(
    (shown) =>
      `${shown} is no IANA time zone: ${meant ? `did you mean "${meant}"?` : 'use UTC or Europe/Berlin, for instance'}`,
  )
})

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** What addresses in the operator's own cloud begin with: a bucket, and folders in it. */
export const bucket: z.ZodType<string> = text((value) =>
  /^(?:gs|s3|bq):\/\/[^/\s]+(?:\/\S*)?$/.test(value)
    ? undefined
    : new Wrong((shown) => `${shown} is no bucket: write gs://my-bucket or s3://my-bucket/folder`),
)

/** Where a provider is; without a slash at its end. A key belongs in `apiKey`, not in the address. */
export const baseUrl: z.ZodType<string> = text((value) => {
  const url = URL.parse(value)
  if (!url || !/^https?:$/.test(url.protocol)) return new Wrong(() => 'must be an http or https address')
  if (url.username || url.password || url.search || url.hash) {
    return new Wrong(() => 'must not have a user, a password, a query or a fragment')
  }
  return undefined
}).transform((value) => value.replace(/\/+$/, ''))
