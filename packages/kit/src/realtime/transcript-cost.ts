import type { Price } from '../meter/price.ts'
import { type Charge, chargeOf } from '../toll/charge.ts'
import { heardTokens } from './sound.ts'

/** Who writes down what is heard, and what each of its transcripts has to read besides. */
export interface Writer {
  readonly model: string
  readonly price: Price
  /** Bytes of the words and instructions that it is given with every turn. */
  readonly promptBytes: number
}

/** Faster than anybody speaks: what is written of a second of sound, tokens. */
const WRITTEN_PER_SECOND = 25
/** The shortest turn that a client can make of what it has sent, ms: each is a transcript of its own. */
const SHORTEST_TURN_MS = 100
const OVERHEAD_TOKENS = 16

/** What transcripts of so much sound cost at the most, as far as can be believed: nobody caps what is written. */
export function transcriptCost({ price, promptBytes }: Writer, ms: number): Charge {
  const turns = Math.ceil(ms / SHORTEST_TURN_MS)
  const usage = {
    input: turns * (promptBytes + OVERHEAD_TOKENS),
    audioInput: heardTokens(ms) + turns,
    output: Math.ceil((ms * WRITTEN_PER_SECOND) / 1000),
    // A model with a price for tokens is not billed by time as well.
    ...(price.input > 0 || price.audioInput > 0 ? {} : { audioMs: Math.ceil(ms) }),
  }
  return chargeOf(usage, price, 'estimated')
}
