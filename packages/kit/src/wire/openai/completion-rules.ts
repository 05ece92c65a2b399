import type { AnswerRules } from '../answer-reader.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { UsageQuirks } from '../quirks.ts'
import type { StreamRules } from '../stream-reader.ts'
import type { Usage } from '../usage.ts'
import { readUsage, withTier } from './usage.ts'
import { inOpenAiWords, valueAt } from './usage-quirks.ts'

/**
 * How answers of Chat Completions and Completions are read, and those of Embeddings, which show no text. `quirks`: of a
 * provider with words of its own for usage.
 */
export function completionAnswer(quirks?: UsageQuirks): AnswerRules {
  return {
    usageField: 'usage',
    modelField: 'model',
    usage: (usage, other) => withTier(readUsageOf(usage, quirks), other('service_tier')),
    texts: (body) => choicesOf(body).flatMap((choice) => generatedTexts(choice.message ?? choice)),
  }
}

/** The usage object of an answer, by whoever's words. */
export function readUsageOf(usage: unknown, quirks: UsageQuirks | undefined): Usage | undefined {
  return readUsage(quirks ? inOpenAiWords(usage, quirks) : usage)
}

/** The usage that a chunk says, wherever its provider says it; a later one stands for all before it. */
export function readChunkUsage(chunk: JsonObject, quirks: UsageQuirks | undefined): Usage | undefined {
  const elsewhere = quirks?.elsewhere
  return (
    readUsageOf(chunk.usage, quirks) ??
    (elsewhere === undefined ? undefined : readUsageOf(valueAt(chunk, elsewhere), quirks))
  )
}

/** The last event of every stream, which is no JSON. */
export const DONE = '[DONE]'

/** How their streams are read: https://platform.openai.com/docs/api-reference/chat-streaming */
export const COMPLETION_STREAM: StreamRules = completionStream()

/** The same of a provider with words of its own for usage. */
export function completionStream(quirks?: UsageQuirks): StreamRules {
  return {
    usageMarks: ['"prompt_tokens"'],
    terminalMark: DONE,
    isTerminal: (data) => data.trim() === DONE,
    // While a choice runs, the value is null.
    finishMarks: ['"finish_reason":"', '"finish_reason": "'],
    usage: (chunk, known) =>
      withTier(readChunkUsage(chunk, quirks), chunk.service_tier ?? known?.serviceTier),
    model: ({ model }) => (typeof model === 'string' ? model : undefined),
    // The chunk that only carries usage has no choices; providers that add it to a real one are passed on.
    isBareUsage: ({ choices }) => Array.isArray(choices) && choices.length === 0,
    generated: (chunk) =>
      choicesOf(chunk).map((choice) => [choice.index, generatedTexts(choice.delta ?? choice)] as const),
  }
}

function choicesOf(body: unknown): JsonObject[] {
  return isObject(body) && Array.isArray(body.choices) ? body.choices.filter(isObject) : []
}

const NOT_GENERATED: ReadonlySet<string> = new Set([
  'role',
  'id',
  'type',
  'index',
  'finish_reason',
  'logprobs',
  'data',
])

/** Every string that a model generated in a message or a delta: text, refusals, reasoning, tool calls. */
function generatedTexts(message: unknown): string[] {
  if (typeof message === 'string') return [message]
  if (Array.isArray(message)) return message.flatMap(generatedTexts)
  if (typeof message !== 'object' || message === null) return []
  return Object.entries(message).flatMap(([name, value]) =>
    NOT_GENERATED.has(name) ? [] : generatedTexts(value),
  )
}
