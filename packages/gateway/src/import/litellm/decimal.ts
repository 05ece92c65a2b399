const DECIMAL = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/**
 * A number times a power of ten as plain decimal text, by its text and never by arithmetic on a float: `1.5e-07` and 6 make
 * `0.15`. Undefined when it is no number, or is negative.
 */
export function shifted(value: unknown, places: number): string | undefined {
  const [, whole, fraction = '', exponent = '0'] = DECIMAL.exec(String(value).trim()) ?? []
  if (whole === undefined) return undefined
  const shift = places + Number(exponent)
  if (Math.abs(shift) > 40) return undefined
  const digits = whole + fraction
  const point = whole.length + shift
  const padded = point > 0 ? digits.padEnd(point, '0') : '0'.repeat(1 - point) + digits
  const at = Math.max(point, 1)
  const text = `${padded.slice(0, at)}.${padded.slice(at)}`.replace(/\.?0*$/, '').replace(/^0+(?=\d)/, '')
  return text
}

/** The same with at most so many places, what is finer cut off: a limit is never more than was stated. */
export function cutTo(text: string, places: number): string {
  const [whole = '0', fraction = ''] = text.split('.')
  const kept = fraction.slice(0, places).replace(/0+$/, '')
  return kept === '' ? whole : `${whole}.${kept}`
}
