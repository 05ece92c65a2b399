declare const unit: unique symbol

/** Money: an integer count of nano-USD (10⁻⁹ USD), never negative, never above {@link MAX_AMOUNT}. */
export type NanoUsd = number & { readonly [unit]: 'nano-USD' }

/** Nano-USD in one USD. */
export const NANO_PER_USD = 1_000_000_000

/** The largest single amount the books take, in any metric: 2^50 (about $1.1M). Sums of amounts stay exact. */
export const MAX_AMOUNT: number = 2 ** 50

/** The largest limit of a budget: 2^52 (about $4.5M a window). */
export const MAX_LIMIT: number = 2 ** 52

/** Brand an integer as money. @throws RangeError when it is not an integer from 0 to {@link MAX_AMOUNT}. */
export function nanoUsd(value: number): NanoUsd {
  if (!Number.isSafeInteger(value) || value < 0 || value > MAX_AMOUNT) {
    throw new RangeError(`${value} is not an amount of nano-USD: an integer from 0 to 2^50`)
  }
  return value as NanoUsd
}

const DECIMAL = /^(\d{1,10})(?:\.(\d{1,30}))?$/

/**
 * Read an amount in USD (`'0.25'`, `50`) as integer nano-USD, exactly: by its decimal text, never by arithmetic
 * on a float.
 *
 * @throws RangeError when it is not a plain decimal, or is finer than a nano-USD.
 */
export function usdToNano(usd: string | number): number {
  const match = DECIMAL.exec(String(usd).trim())
  const fraction = (match?.[2] ?? '').replace(/0+$/, '')
  if (!match || fraction.length > 9) {
    throw new RangeError(`"${usd}" is not an amount in USD: a decimal number with at most nine places`)
  }
  const nano = Number(match[1]) * NANO_PER_USD + Number(fraction.padEnd(9, '0'))
  if (!Number.isSafeInteger(nano)) throw new RangeError(`"${usd}" USD is more than the books can count`)
  return nano
}

/** Nano-USD as a decimal string in USD, all nine places (`'0.000012345'`); negative amounts keep their sign. */
export function nanoToUsd(nano: number | bigint): string {
  const digits = String(nano).replace('-', '').padStart(10, '0')
  return `${nano < 0 ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`
}

/** Money for people to read: cents where they say it all, otherwise as many places as it takes (`$1.00`, `$0.000008`). */
export function showUsd(nano: number | bigint): string {
  const text = nanoToUsd(nano).replace(/(\.\d\d\d*?)0+$/, '$1')
  return text.startsWith('-') ? `-$${text.slice(1)}` : `$${text}`
}
