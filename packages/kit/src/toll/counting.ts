import type { Amounts } from '../ledger/ledger.ts'
import { estimatedCharge, estimateUsage } from '../meter/estimate.ts'
import { spokenTokens } from '../meter/media-models.ts'
import type { Generated } from '../wire/stream-reader.ts'
import { inputTokens, outputTokens, type Usage } from '../wire/usage.ts'
import { amountsOf, atLeast, type Charge, chargeOf } from './charge.ts'
import type { Demand } from './demand.ts'
import type { Reading } from './reading.ts'
import { type Toll, wholeReservation } from './toll.ts'

/** Tokens that chat formats put around each message: https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken */
const TOKENS_PER_MESSAGE = 4
const TOKENS_PER_REQUEST = 3

/** Counts a call whose provider has not said (yet) what it used: off the event loop, and each text once. */
export interface Counting {
  /**
   * At most the output tokens that have come so far: those that are counted, and the bytes of what is not counted yet.
   * Where the model's tokenizer is not public, twice what the one that stands in for it counts; charges count so too.
   */
  outputAtMost(): number
  /** At least the output tokens that have come so far. */
  outputAtLeast(): number
  /** Count what has come so far, so that fewer of it are bytes. */
  countOutput(): Promise<number>
  /** What it has cost so far, for a heartbeat: what a reservation is worth whose owner dies now. */
  observed(): Promise<Amounts>
  /** What a call that is over without the provider's own usage is charged: an estimate is never more than its reservation. */
  charge(ending: { readonly whole: boolean; readonly nowMs: number }): Promise<Charge>
}

export function counting(toll: Toll, reading: Reading | undefined): Counting {
  const { tokenizer } = toll
  const factor = toll.demand?.limits.ownEncoding ? 1 : STAND_IN_FACTOR
  let output = 0
  let outputMost = 0
  let uncounted: Generated[] = []
  let uncountedBytes = 0
  let input: Promise<Span> | undefined
  let queue: Promise<unknown> = Promise.resolve()

  const countInput = () => {
    input ??= countRequest(toll, factor)
    return input
  }
  const take = () => {
    const generated = reading?.takeGenerated()
    if (!generated || generated.pieces === 0) return
    uncounted.push(generated)
    uncountedBytes += bytesOf(generated)
  }
  /** One count at a time: each takes the texts that came since the one before. */
  const countOutput = (): Promise<number> => {
    const counted = queue.then(async () => {
      take()
      const batch = uncounted
      uncounted = []
      const texts = batch.flatMap((generated) => generated.texts)
      const pieces = batch.reduce((sum, generated) => sum + generated.pieces, 0)
      // Each piece was at least a token when it was generated, though the whole might be spelt with fewer.
      if (pieces > 0) {
        const tokens = await tokenizer.count(texts, modelOf(toll))
        output += Math.max(pieces, tokens)
        outputMost += Math.max(pieces, tokens * factor)
      }
      uncountedBytes -= batch.reduce((sum, generated) => sum + bytesOf(generated), 0)
      return output
    })
    queue = counted
    return counted
  }
  /** What is known so far. What the provider said on the way is a floor: it may not have been its last word. */
  const seen = async (): Promise<Seen> => {
    const said = reading?.usage
    const counted = await countOutput()
    if (!said) {
      const input = await countInput()
      return {
        most: { input: input.most, output: outputMost },
        least: { input: input.least, output: counted },
      }
    }
    // Other models that worked on the call are billed at other prices, which an estimate does not tell apart.
    const all = [said, ...(said.others ?? []).map(({ usage }) => usage)]
    const [input, output] = [sumOf(all, inputTokens), sumOf(all, outputTokens)]
    return {
      most: { input, output: Math.max(outputMost, output) },
      least: { input, output: Math.max(counted, output) },
    }
  }

  return {
    countOutput,
    outputAtMost() {
      take()
      return outputMost + uncountedBytes
    },
    outputAtLeast() {
      take()
      return output + uncounted.reduce((sum, { pieces }) => sum + pieces, 0)
    },
    async observed() {
      if (toll.sentAtMs === undefined) return NOTHING_SEEN
      const { demand, received } = toll
      const shows = reading ? reading.streaming : received?.stream === true
      // Where all of it or part of it is not seen before the end, what was reserved is all that is known.
      if (!demand || !shows || demand.limits.hiddenReasoning) return toll.granted
      return estimatedCharge((await seen()).most, demand.bounds, toll.granted)
    },
    async charge({ whole, nowMs }) {
      const { demand } = toll
      if (!demand || reading?.goesOn) return wholeReservation(toll)
      const { most, least } = await seen()
      const soundMs = whole ? reading?.soundMs?.() : undefined
      if (soundMs !== undefined) {
        const heard = { input: most.input, output: 0, audioOutput: spokenTokens(soundMs) }
        return paidFor(toll, least, chargeOf(heard, demand.price, 'estimated'))
      }
      if (whole && showsAll(toll, demand, least)) {
        return paidFor(toll, least, chargeOf(most, demand.price, 'estimated'))
      }
      const estimate = estimateUsage(
        {
          inputTokens: most.input,
          outputTokensSeen: most.output,
          stream: toll.received?.stream ?? false,
          sinceDispatchMs: Math.max(0, nowMs - (toll.sentAtMs ?? toll.reservedAtMs)),
          outputMs: (reading?.lastAtMs ?? 0) - (reading?.firstAtMs ?? 0),
          cap: toll.cap,
        },
        demand.bounds,
        demand.limits,
      )
      const { usd, tokens } = estimatedCharge(estimate, demand.bounds, toll.granted)
      return paidFor(toll, least, { nanoUsd: usd, tokens, basis: 'estimated', usage: estimate })
    },
  }
}

/** What has come so far, with the input: at most, by the factor of a tokenizer that is not public, and surely. */
interface Seen {
  readonly most: Usage
  readonly least: Usage
}

/** What a whole answer shows is all of it, unless its model hides some, or more than text is billed. */
function showsAll({ received }: Toll, { limits, bounds }: Demand, { output }: Usage): boolean {
  if (received?.media?.kind === 'verdicts') return true
  return output > 0 && !limits.hiddenReasoning && !bounds.uncapped
}

/**
 * Models of other makers are counted by an encoding that stands in for theirs, which may make up to so many times as many
 * tokens of the same text: https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-7 says 1.35 times its own
 * before, and nobody publishes how that compares with `o200k_base`. What broke off is charged at that as well, since its
 * provider bills by its own count, and a charge below it would be spent and in no books; within what was reserved.
 */
const STAND_IN_FACTOR = 2

function bytesOf({ texts, pieces }: Generated): number {
  return Math.max(
    pieces,
    texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0),
  )
}

function sumOf(usages: readonly Usage[], tokensOf: (usage: Usage) => number): number {
  return usages.reduce((sum, usage) => sum + tokensOf(usage), 0)
}

const NOTHING_SEEN: Amounts = amountsOf({ nanoUsd: 0 as Charge['nanoUsd'], tokens: 0, basis: 'estimated' })

/**
 * What is counted is charged as far as it was reserved for. An answer whose reservation grew with it is charged all that has
 * surely come, though it came faster than it was reserved for.
 */
function paidFor({ granted, demand }: Toll, least: Usage, charge: Charge): Charge {
  const { nanoUsd, tokens } = charge
  const paid: Charge = {
    ...charge,
    nanoUsd: nanoUsd < granted.usd ? nanoUsd : granted.usd,
    tokens: Math.min(tokens, granted.tokens),
  }
  return demand?.bounds.grows ? atLeast(chargeOf(least, demand.price, 'estimated'), paid) : paid
}

function modelOf(toll: Toll): string {
  return toll.demand?.deployment.model ?? toll.received?.model ?? ''
}

interface Span {
  readonly most: number
  readonly least: number
}

/** The tokens of a request, as far as its text and its messages say. */
async function countRequest(toll: Toll, factor: number): Promise<Span> {
  const { received, demand, tokenizer } = toll
  // Images, files and audio are no text: their bound is all that is known.
  if (!received || received.unboundedInput) return spanOf(demand?.bounds.inputTokens ?? 0)
  const messages = Array.isArray(received.body.messages) ? received.body.messages.length : 0
  const text = await tokenizer.count(received.format.inputTexts(received.body), modelOf(toll))
  return spanOf(text, factor, TOKENS_PER_MESSAGE * messages + TOKENS_PER_REQUEST)
}

function spanOf(tokens: number, factor = 1, besides = 0): Span {
  return { most: tokens * factor + besides, least: tokens + besides }
}
