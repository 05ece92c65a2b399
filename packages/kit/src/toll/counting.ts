import type { Amounts } from '../ledger/ledger.ts'
import { estimatedCharge, estimateUsage } from '../meter/estimate.ts'
import { spokenTokens } from '../meter/media-models.ts'
import { inputTokens, outputTokens, type Usage } from '../wire/usage.ts'
import { amountsOf, atLeast, type Charge, chargeOf } from './charge.ts'
import type { Demand } from './demand.ts'
import { outputCount } from './output-count.ts'
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
  const factor = toll.demand?.limits.ownEncoding ? 1 : STAND_IN_FACTOR
  const output = outputCount({
    takeGenerated: () => reading?.takeGenerated(),
    count: (texts) => toll.tokenizer.count(texts, modelOf(toll)),
    factor,
  })
  let input: Promise<Span> | undefined

  const countInput = () => {
    input ??= countRequest(toll, factor)
    return input
  }
  /** What is known so far. What the provider said on the way is a floor: it may not have been its last word. */
  const seen = async (): Promise<Seen> => {
    const said = reading?.usage
    const counted = await output.count()
    if (!said) {
      const input = await countInput()
      return {
        most: { input: input.most, output: counted.most },
        least: { input: input.least, output: counted.least },
      }
    }
    // Other models that worked on the call are billed at other prices, which an estimate does not tell apart.
    const all = [said, ...(said.others ?? []).map(({ usage }) => usage)]
    const [input, told] = [sumOf(all, inputTokens), sumOf(all, outputTokens)]
    return {
      most: { input, output: Math.max(counted.most, told) },
      least: { input, output: Math.max(counted.least, told) },
    }
  }

  return {
    countOutput: async () => (await output.count()).least,
    outputAtMost: output.atMost,
    outputAtLeast: output.atLeast,
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
      const found = await seen()
      const charge =
        (whole && wholeAnswer(toll, demand, reading, found)) || brokenOff(toll, demand, reading, found, nowMs)
      return paidFor(toll, found.least, charge)
    },
  }
}

/** What an answer that came whole is charged by what it shows; undefined where that need not be all of it. */
function wholeAnswer(
  toll: Toll,
  demand: Demand,
  reading: Reading | undefined,
  { most, least }: Seen,
): Charge | undefined {
  const soundMs = reading?.soundMs?.()
  if (soundMs !== undefined) {
    const heard = { input: most.input, output: 0, audioOutput: spokenTokens(soundMs) }
    return chargeOf(heard, demand.price, 'estimated')
  }
  return showsAll(toll, demand, least) ? chargeOf(most, demand.price, 'estimated') : undefined
}

/** What an answer is charged of which nobody has seen the end. */
function brokenOff(
  toll: Toll,
  { bounds, limits }: Demand,
  reading: Reading | undefined,
  { most }: Seen,
  nowMs: number,
): Charge {
  const estimate = estimateUsage(
    {
      inputTokens: most.input,
      outputTokensSeen: most.output,
      stream: toll.received?.stream ?? false,
      sinceDispatchMs: Math.max(0, nowMs - (toll.sentAtMs ?? toll.reservedAtMs)),
      outputMs: (reading?.lastAtMs ?? 0) - (reading?.firstAtMs ?? 0),
      cap: toll.cap,
    },
    bounds,
    limits,
  )
  const { usd, tokens } = estimatedCharge(estimate, bounds, toll.granted)
  return { nanoUsd: usd, tokens, basis: 'estimated', usage: estimate }
}

/**
 * What has come so far, with the input: what there surely is, and the most that the model's own tokenizer may make of it.
 */
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
 * Models of other makers are counted by an encoding that stands in for theirs. Theirs may make up to so many times as
 * many tokens of the same text: https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-7 says 1.35
 * times as many as before, and nobody publishes how that compares with `o200k_base`. An answer that broke off is charged
 * at the higher count as well, within what was reserved: its provider bills by its own count, and what we charged below
 * that would be spent, and in no books.
 */
const STAND_IN_FACTOR = 2

function sumOf(usages: readonly Usage[], tokensOf: (usage: Usage) => number): number {
  return usages.reduce((sum, usage) => sum + tokensOf(usage), 0)
}

const NOTHING_SEEN: Amounts = amountsOf({ nanoUsd: 0 as Charge['nanoUsd'], tokens: 0, basis: 'estimated' })

/**
 * What was counted is charged as far as it was reserved for. An answer whose reservation grew with it is charged all that
 * has surely come, even where it came faster than it was reserved for.
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
  const { format, body } = received
  const text = await tokenizer.count(format.inputTexts(body), modelOf(toll))
  const besides = (format.inputTokenIds?.(body) ?? 0) + TOKENS_PER_MESSAGE * messages + TOKENS_PER_REQUEST
  return spanOf(text, factor, besides)
}

function spanOf(tokens: number, factor = 1, besides = 0): Span {
  return { most: tokens * factor + besides, least: tokens + besides }
}
