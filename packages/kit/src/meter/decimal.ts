const DECIMAL = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/

/**
 * A non-negative number times 10^places as an integer, by its shortest decimal text and never by float arithmetic:
 * `scaleDecimal(0.15, 9)` is 150,000,000. What is finer than an integer is rounded up, the dear way.
 *
 * @throws RangeError when it is negative, not finite, or too large to be counted exactly.
 */
export function scaleDecimal(value: number, places: number): number {
  const match = DECIMAL.exec(String(value))
  if (!match) throw new RangeError(`${value} is not a price: a finite number, not negative`)
  const fraction = match[2] ?? ''
  const digits = BigInt(match[1] + fraction)
  const shift = places - fraction.length + Number(match[3] ?? 0)
  const scaled = Number(shift >= 0 ? digits * 10n ** BigInt(shift) : divideUp(digits, 10n ** BigInt(-shift)))
  if (!Number.isSafeInteger(scaled)) throw new RangeError(`${value} is more than the books can count`)
  return scaled
}

/** Integer division, rounded up; both operands positive. */
export function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}
