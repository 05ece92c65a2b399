import { type Ruling, readRuling } from './rules.ts'

/** More different ones than this are forgotten wholesale: whoever has one goes on having it. */
const MAX_RULINGS = 10_000

/**
 * Reads what is kept with accounts. Nearly all accounts of an org are ruled alike: what they have in common is kept once,
 * and not once for each of them.
 */
export function rulingReader(): typeof readRuling {
  const known = new Map<string, Ruling>()
  return (v, rulesText, limits) => {
    const name = `${v} ${limits}`
    const ruling = known.get(name) ?? readRuling(v, rulesText, limits)
    if (known.size >= MAX_RULINGS) known.clear()
    known.set(name, ruling)
    return ruling
  }
}
