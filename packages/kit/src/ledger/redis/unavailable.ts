import { clockAhead } from '../clock-ahead.ts'
import type { Books } from './books.ts'

/** Why the books cannot be used just now, as an error that says what to do. */
export function unavailable(
  { org, sequence, clock }: Books,
  [status, ...rest]: readonly [string, ...unknown[]],
): Error {
  switch (status) {
    case 'clock': {
      const ahead = clockAhead({ newestMs: Number(rest[0]), nowMs: clock.now() })
      if (ahead) return ahead
      break
    }
    case 'recovering': {
      const until = new Date(Number(rest[0])).toISOString()
      return new Error(
        `the books of ${org} are being recovered after a fail-over: nothing new is admitted before ${until}`,
      )
    }
    case 'rolled_back':
      return new Error(
        `the books of ${org} have lost more than can be told again: restore them, or accept the loss with \`tollgate ledger recover --org ${org} --sequence ${sequence.seen}\``,
      )
  }
  return new Error(`the books of ${org} answer "${status}" again and again: nothing was done`)
}
