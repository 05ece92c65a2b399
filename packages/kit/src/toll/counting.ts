import type { Amounts } from '../ledger/ledger.ts'
import { estimatedCharge, estimateUsage } from '../meter/estimate.ts'
import { totalTokens, type Usage } from '../wire/usage.ts'
import { amountsOf, type Charge, chargeOf } from './charge.ts'
import type { Reading } from './reading.ts'
import { type Toll, wholeReservation } from './toll.ts'

/** Tokens that chat formats put around each message: https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken */
const TOKENS_PER_MESSAGE = 4
const TOKENS_PER_REQUEST = 3

/** Counts a call whose provider has not said (yet) what it used: off the event loop, and each text once. */
export interface Counting {
  /** What it has cost so far, for a heartbeat: what a reservation is worth whose owner dies now. */
  observed(): Promise<Amounts>
  /** What a call that is over without the provider's own usage is charged: an estimate is never more than its reservation. */
  charge(ending: { readonly whole: boolean; readonly nowMs: number }): Promise<Charge>
}

export function counting(toll: Toll, reading: Reading | undefined): Counting {
  const { tokenizer } = toll.booth
  let output = 0
  let input: Promise<number> | undefined
  let queue: Promise<unknown> = Promise.resolve()

  const countInput = () => {
    input ??= countRequest(toll)
    return input
  }
  /** One count at a time: each takes the texts that came since the one before. */
  const countOutput = (): Promise<number> => {
    const counted = queue.then(async () => {
      const { texts = [], pieces = 0 } = reading?.takeGenerated() ?? {}
      // Each piece was at least a token when it was generated, though the whole might be spelt with fewer.
      if (pieces > 0) output += Math.max(pieces, await tokenizer.count(texts, modelOf(toll)))
      return output
    })
    queue = counted
    return counted
  }
  /** What is known so far. What the provider said on the way is a floor: it may not have been its last word. */
  const seen = async (): Promise<Usage> => {
    const said = reading?.usage
    const output = Math.max(await countOutput(), said ? said.output + (said.audioOutput ?? 0) : 0)
    return { input: said ? totalTokens({ ...said, output: 0, audioOutput: 0 }) : await countInput(), output }
  }

  return {
    async observed() {
      if (toll.sentAtMs === undefined) return NOTHING_SEEN
      const { demand, received } = toll
      const shows = reading ? reading.streaming : received?.stream === true
      // Where all of it or part of it is not seen before the end, what was reserved is all that is known.
      if (!demand || !shows || demand.limits.hiddenReasoning) return toll.granted
      return estimatedCharge(await seen(), demand.bounds, toll.granted)
    },
    async charge({ whole, nowMs }) {
      const { demand } = toll
      if (!demand || reading?.goesOn) return wholeReservation(toll)
      const usage = await seen()
      // A whole answer that shows text shows all of it, unless the model hides some.
      if (whole && usage.output > 0 && !demand.limits.hiddenReasoning) {
        return atMost(toll, chargeOf(usage, demand.price, 'estimated'))
      }
      const estimate = estimateUsage(
        {
          inputTokens: usage.input,
          outputTokensSeen: usage.output,
          stream: toll.received?.stream ?? false,
          sinceDispatchMs: Math.max(0, nowMs - (toll.sentAtMs ?? toll.reservedAtMs)),
          outputMs: (reading?.lastAtMs ?? 0) - (reading?.firstAtMs ?? 0),
          cap: toll.cap,
        },
        demand.bounds,
        demand.limits,
      )
      const { usd, tokens } = estimatedCharge(estimate, demand.bounds, toll.granted)
      return { nanoUsd: usd, tokens, basis: 'estimated', usage: estimate }
    },
  }
}

const NOTHING_SEEN: Amounts = amountsOf({ nanoUsd: 0 as Charge['nanoUsd'], tokens: 0, basis: 'estimated' })

function atMost({ granted }: Toll, charge: Charge): Charge {
  const { nanoUsd, tokens } = charge
  if (nanoUsd <= granted.usd && tokens <= granted.tokens) return charge
  return {
    ...charge,
    nanoUsd: nanoUsd < granted.usd ? nanoUsd : granted.usd,
    tokens: Math.min(tokens, granted.tokens),
  }
}

function modelOf(toll: Toll): string {
  return toll.demand?.deployment.model ?? toll.received?.model ?? ''
}

async function countRequest(toll: Toll): Promise<number> {
  const { received, demand, booth } = toll
  // Images, files and audio are no text: their bound is all that is known.
  if (!received || received.unboundedInput) return demand?.bounds.inputTokens ?? 0
  const messages = Array.isArray(received.body.messages) ? received.body.messages.length : 0
  const text = await booth.tokenizer.count(received.format.inputTexts(received.body), modelOf(toll))
  return text + TOKENS_PER_MESSAGE * messages + TOKENS_PER_REQUEST
}
