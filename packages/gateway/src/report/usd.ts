/** A sum of nano-USD at any size, as decimal text in USD with all nine places. */
export function sumToUsd(nano: bigint): string {
  const digits = String(nano < 0n ? -nano : nano).padStart(10, '0')
  return `${nano < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`
}

/** The same for people to read: cents where they say it all, otherwise as many places as it takes. */
export function showSum(nano: bigint): string {
  const text = sumToUsd(nano).replace(/(\.\d\d\d*?)0+$/, '$1')
  return text.startsWith('-') ? `-$${text.slice(1)}` : `$${text}`
}
