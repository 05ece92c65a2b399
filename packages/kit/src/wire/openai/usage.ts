import { isObject, type JsonObject } from '../json.ts'
import { inputTokens, type Usage } from '../usage.ts'

/** A count that is not one: the usage it stands in says nothing that could be charged exactly. */
class NoCount extends Error {}

function count(of: JsonObject | undefined, name: string): number {
  const value = of?.[name] ?? 0
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new NoCount()
  return value
}

function details(of: JsonObject, name: string): JsonObject | undefined {
  const value = of[name]
  return isObject(value) ? value : undefined
}

/** The names that an endpoint has for the two sides of its usage, and their details' behind them. */
interface Names {
  readonly input: 'prompt_tokens' | 'input_tokens'
  readonly output: 'completion_tokens' | 'output_tokens'
}

const COMPLETIONS: Names = { input: 'prompt_tokens', output: 'completion_tokens' }
const RESPONSES: Names = { input: 'input_tokens', output: 'output_tokens' }

/**
 * Read the usage object of Chat Completions, Completions and Embeddings. `prompt_tokens` includes what was read from the
 * cache, what was written to it (GPT-5.6 on) and audio, `completion_tokens` includes reasoning and audio; here each token
 * stands once, at its own kind. Undefined when it says nothing, or what cannot be: that is counted instead.
 *
 * Sources: https://platform.openai.com/docs/api-reference/chat/object#chat-object-usage ·
 * https://developers.openai.com/api/docs/guides/prompt-caching
 */
export function readUsage(usage: unknown): Usage | undefined {
  return readBy(COMPLETIONS, usage)
}

/**
 * Read the usage object of Responses: `input_tokens` and `output_tokens`, each with all that it includes.
 * Source: https://platform.openai.com/docs/api-reference/responses/object#responses/object-usage
 */
export function readResponsesUsage(usage: unknown): Usage | undefined {
  return readBy(RESPONSES, usage)
}

function readBy(names: Names, usage: unknown): Usage | undefined {
  if (!isObject(usage) || typeof usage[names.input] !== 'number') return undefined
  try {
    const read = usageOf(usage, names)
    return inputTokens(read) + read.output > 0 ? read : undefined
  } catch (error) {
    if (error instanceof NoCount) return undefined
    throw error
  }
}

function usageOf(usage: JsonObject, names: Names): Usage {
  const inputDetails = details(usage, `${names.input}_details`)
  const outputDetails = details(usage, `${names.output}_details`)
  const all = count(usage, names.input)
  const reasoning = count(outputDetails, 'reasoning_tokens')
  const output = outputOf(usage, names, all, reasoning)
  const cachedInput = Math.min(count(inputDetails, 'cached_tokens'), all)
  const written = Math.min(count(inputDetails, 'cache_write_tokens'), all - cachedInput)
  const audioInput = Math.min(count(inputDetails, 'audio_tokens'), all - cachedInput - written)
  const imageInput = Math.min(count(inputDetails, 'image_tokens'), all - cachedInput - written - audioInput)
  const audioOutput = Math.min(count(outputDetails, 'audio_tokens'), output)
  const cacheWrite1h = Math.min(longWrites(inputDetails), written)
  return {
    input: all - cachedInput - written - audioInput - imageInput,
    output: output - audioOutput,
    ...positive({
      cachedInput,
      cacheWrite: written - cacheWrite1h,
      cacheWrite1h,
      audioInput,
      imageInput,
      audioOutput,
      reasoning,
    }),
  }
}

/** What is kept for twelve hours; everything else is kept for thirty minutes. */
function longWrites(inputDetails: JsonObject | undefined): number {
  return count(inputDetails && details(inputDetails, 'cache_write_tokens_details'), 'ttl_12h_tokens')
}

function positive(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const kept: Record<string, number> = {}
  for (const name in counts) if (counts[name]! > 0) kept[name] = counts[name]!
  return kept
}

/** Some providers of this dialect leave reasoning out of their output: the total, or the reasoning, then shows it. */
function outputOf(usage: JsonObject, names: Names, input: number, reasoning: number): number {
  if (usage[names.output] === null) throw new NoCount()
  const completion = count(usage, names.output)
  const besides = reasoning > completion ? completion + reasoning : completion
  return Math.max(besides, count(usage, 'total_tokens') - input)
}

/** Usage with the tier that served the call, where that has prices of its own; an answer says it beside its usage. */
export function withTier(usage: Usage | undefined, tier: unknown): Usage | undefined {
  return usage && (tier === 'flex' || tier === 'priority') ? { ...usage, serviceTier: tier } : usage
}

/** Usage for a client of Chat Completions, whichever dialect it was counted in. */
export function writeUsage(usage: Usage): JsonObject {
  return writeBy(COMPLETIONS, usage, { audio_tokens: usage.audioInput ?? 0 })
}

export function writeResponsesUsage(usage: Usage): JsonObject {
  return writeBy(RESPONSES, usage, {})
}

function writeBy(names: Names, usage: Usage, inputDetails: JsonObject): JsonObject {
  const { cachedInput = 0, cacheWrite = 0, cacheWrite1h = 0, audioOutput = 0, imageOutput = 0 } = usage
  const input = inputTokens(usage)
  const output = usage.output + audioOutput + imageOutput
  return {
    [names.input]: input,
    [names.output]: output,
    total_tokens: input + output,
    [`${names.input}_details`]: {
      cached_tokens: cachedInput,
      cache_write_tokens: cacheWrite + cacheWrite1h,
      ...(cacheWrite1h > 0
        ? { cache_write_tokens_details: { ttl_30m_tokens: cacheWrite, ttl_12h_tokens: cacheWrite1h } }
        : {}),
      ...inputDetails,
    },
    [`${names.output}_details`]: {
      reasoning_tokens: usage.reasoning ?? 0,
      ...(audioOutput > 0 ? { audio_tokens: audioOutput } : {}),
    },
  }
}
