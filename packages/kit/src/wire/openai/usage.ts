import { isObject, type JsonObject } from '../json.ts'
import type { Usage } from '../usage.ts'

function count(of: JsonObject | undefined, name: string): number {
  const value = of?.[name]
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0
}

function details(of: JsonObject, name: string): JsonObject | undefined {
  const value = of[name]
  return isObject(value) ? value : undefined
}

/**
 * Read OpenAI's usage object. `prompt_tokens` includes cached and audio tokens, `completion_tokens` includes reasoning
 * and audio ones; here each token stands once, at its own kind. Undefined when it says nothing.
 *
 * Source: https://platform.openai.com/docs/api-reference/chat/object#chat-object-usage
 */
export function readUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  if (typeof usage.prompt_tokens !== 'number' && typeof usage.completion_tokens !== 'number') return undefined
  const prompt = details(usage, 'prompt_tokens_details')
  const completion = details(usage, 'completion_tokens_details')
  const input = count(usage, 'prompt_tokens')
  const output = count(usage, 'completion_tokens')
  const cachedInput = Math.min(count(prompt, 'cached_tokens'), input)
  const audioInput = Math.min(count(prompt, 'audio_tokens'), input - cachedInput)
  const audioOutput = Math.min(count(completion, 'audio_tokens'), output)
  const reasoning = count(completion, 'reasoning_tokens')
  return {
    input: input - cachedInput - audioInput,
    output: output - audioOutput,
    ...(cachedInput > 0 ? { cachedInput } : {}),
    ...(audioInput > 0 ? { audioInput } : {}),
    ...(audioOutput > 0 ? { audioOutput } : {}),
    ...(reasoning > 0 ? { reasoning } : {}),
  }
}
