import { isObject, type JsonObject } from '../json.ts'
import type { Usage } from '../usage.ts'

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

/**
 * Read OpenAI's usage object. `prompt_tokens` includes cached and audio tokens, `completion_tokens` includes reasoning
 * and audio ones; here each token stands once, at its own kind. Undefined when it says nothing, or what cannot be: that
 * is counted instead.
 *
 * Source: https://platform.openai.com/docs/api-reference/chat/object#chat-object-usage
 */
export function readUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage) || typeof usage.prompt_tokens !== 'number') return undefined
  try {
    const read = usageOf(usage)
    return read.input + read.output + (read.cachedInput ?? 0) + (read.audioInput ?? 0) > 0 ? read : undefined
  } catch (error) {
    if (error instanceof NoCount) return undefined
    throw error
  }
}

function usageOf(usage: JsonObject): Usage {
  const prompt = details(usage, 'prompt_tokens_details')
  const completion = details(usage, 'completion_tokens_details')
  const input = count(usage, 'prompt_tokens')
  const reasoning = count(completion, 'reasoning_tokens')
  const output = outputOf(usage, input, reasoning)
  const cachedInput = Math.min(count(prompt, 'cached_tokens'), input)
  const audioInput = Math.min(count(prompt, 'audio_tokens'), input - cachedInput)
  const audioOutput = Math.min(count(completion, 'audio_tokens'), output)
  return {
    input: input - cachedInput - audioInput,
    output: output - audioOutput,
    ...(cachedInput > 0 ? { cachedInput } : {}),
    ...(audioInput > 0 ? { audioInput } : {}),
    ...(audioOutput > 0 ? { audioOutput } : {}),
    ...(reasoning > 0 ? { reasoning } : {}),
  }
}

/** Some providers of this dialect leave reasoning out of `completion_tokens`: the total, or the reasoning, then shows it. */
function outputOf(usage: JsonObject, input: number, reasoning: number): number {
  if (usage.completion_tokens === null) throw new NoCount()
  const completion = count(usage, 'completion_tokens')
  const besides = reasoning > completion ? completion + reasoning : completion
  return Math.max(besides, count(usage, 'total_tokens') - input)
}
