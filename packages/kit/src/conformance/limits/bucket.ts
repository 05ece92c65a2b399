/** Tokens that were poured into a bucket at a moment; less than none where some were taken back. */
export interface Poured {
  readonly atMs: number
  readonly tokens: number
}

const MINUTE_MS = 60_000
/** Levels are in 60,000ths of a token, so that what runs out in a ms is a whole number. */
const PART = 60_000n

/** How full a bucket is at a moment: poured in one after the other, running out in between. */
function levelAt(poured: readonly Poured[], tpm: number, atMs: number): bigint {
  let [level, sinceMs] = [0n, 0]
  const drain = (untilMs: number) => {
    level -= BigInt(tpm) * BigInt(untilMs - sinceMs)
    if (level < 0n) level = 0n
    sinceMs = untilMs
  }
  for (const { atMs: pouredMs, tokens } of poured) {
    drain(pouredMs)
    level += BigInt(tokens) * PART
    if (level < 0n) level = 0n
  }
  drain(atMs)
  return level
}

export interface TokensNeeded {
  readonly tpm: number
  readonly need: number
  readonly nowMs: number
}

/** How long it takes until so many tokens fit, ms: the first that is found to be long enough, by halves. */
export function waitForTokens(poured: readonly Poured[], { tpm, need, nowMs }: TokensNeeded): number {
  const room = BigInt(tpm) * BigInt(MINUTE_MS)
  const fits = (waitMs: number) => levelAt(poured, tpm, nowMs + waitMs) + BigInt(need) * PART <= room
  if (fits(0)) return 0
  let [tooSoon, enough] = [0, 1]
  while (!fits(enough)) [tooSoon, enough] = [enough, enough * 2]
  while (enough - tooSoon > 1) {
    const middle = Math.floor((tooSoon + enough) / 2)
    if (fits(middle)) enough = middle
    else tooSoon = middle
  }
  return enough
}
