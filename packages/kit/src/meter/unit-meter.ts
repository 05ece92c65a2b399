import { MAX_AMOUNT, type NanoUsd, nanoUsd, usdToNano } from '../core/money.ts'
import type { Meter } from '../wire/passage/meter.ts'
import { divideUp } from './decimal.ts'

export interface UnitMeterOptions {
  /** What is paid for, as people say it: `minute`, `credit`, `request`. */
  readonly unit: string
  /** What one unit costs: a decimal number with at most nine places, in USD. */
  readonly usd: string
  /**
   * Where a JSON answer says how many were used: names with dots between them, `metadata.duration`, or a place in a list,
   * `results.0.credits`. Absent: every request costs what is reserved for it.
   */
  readonly from?: string
  /** How many of what the answer counts are one unit: 60, where it says seconds and a minute is paid for. */
  readonly divide?: string | number
  /** How many units a request may use: reserved before it goes out. */
  readonly reserve?: string | number
}

/**
 * A meter that counts units of one price. Decimals are read by their text, and a cost is rounded up once, to a nano-USD.
 *
 * @throws RangeError when a number is none, when `divide` is 0, or when the books cannot count what is reserved.
 *
 * @example
 * unitMeter({ unit: 'minute', usd: '0.0043', from: 'metadata.duration', divide: 60, reserve: 60 })
 */
export function unitMeter({ unit, usd, from, divide = 1, reserve = 1 }: UnitMeterOptions): Meter {
  const price = BigInt(usdToNano(usd))
  const per = stated(divide, 'divide')
  if (per.digits === 0n) throw new RangeError('divide is how many make one unit, which cannot be 0')
  const reserved = costOf(stated(reserve, 'reserve'), price, ONE)
  if (reserved === undefined) throw new RangeError(`${reserve} × ${usd} USD is more than the books can count`)
  const meter = { unit, reserve: reserved }
  if (from === undefined) {
    const each = thousandthsOf(stated(reserve, 'reserve'), ONE)
    return { ...meter, thousandthsOf: () => each }
  }
  const names = from.split('.')
  if (names.includes('')) throw new RangeError(`"${from}" is no place in an answer: write metadata.duration`)
  return {
    ...meter,
    place: names,
    costOf(answer) {
      const used = decimalOf(valueAt(answer, names))
      return used && costOf(used, price, per)
    },
    thousandthsOf(answer) {
      const used = decimalOf(valueAt(answer, names))
      return used && thousandthsOf(used, per)
    },
  }
}

/** A number that is not negative: its digits, and how many of them stand behind the point. */
interface Decimal {
  readonly digits: bigint
  readonly places: number
}

const ONE: Decimal = { digits: 1n, places: 0 }
const DECIMAL = /^(\d{1,40})(?:\.(\d{1,40}))?(?:e([+-]\d{1,2}))?$/

/** By its text, which a number has a shortest of; undefined for what is no number that can be charged. */
function decimalOf(value: unknown): Decimal | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  const [, whole, fraction = '', exponent = '0'] = DECIMAL.exec(String(value)) ?? []
  if (whole === undefined) return undefined
  const digits = BigInt(whole + fraction)
  const places = fraction.length - Number(exponent)
  return places < 0 ? { digits: digits * 10n ** BigInt(-places), places: 0 } : { digits, places }
}

function stated(value: string | number, name: string): Decimal {
  const decimal = decimalOf(value)
  if (!decimal) throw new RangeError(`${name} is a decimal number, and not ${value}`)
  return decimal
}

/** Units × price ÷ what makes a unit, rounded up once; undefined where it is more than the books count. */
function costOf(used: Decimal, price: bigint, per: Decimal): NanoUsd | undefined {
  const cost = timesUp(used, price, per)
  return cost > MAX_AMOUNT ? undefined : nanoUsd(Number(cost))
}

/** Units in thousandths, rounded up; undefined where they are more than can be added up. */
function thousandthsOf(used: Decimal, per: Decimal): number | undefined {
  const thousandths = timesUp(used, 1_000n, per)
  return thousandths > MAX_AMOUNT ? undefined : Number(thousandths)
}

function timesUp(used: Decimal, factor: bigint, per: Decimal): bigint {
  return divideUp(used.digits * factor * 10n ** BigInt(per.places), per.digits * 10n ** BigInt(used.places))
}

/** The value that an answer has at a place; only what it has of its own. */
function valueAt(answer: unknown, names: readonly string[]): unknown {
  return names.reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    return (value as Record<string, unknown>)[name]
  }, answer)
}
