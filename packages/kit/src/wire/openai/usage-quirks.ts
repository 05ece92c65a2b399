import { isObject, type JsonObject } from '../json.ts'
import type { UsageQuirks } from '../quirks.ts'

/** A usage object as OpenAI would say it, from a provider that says the same in other words. */
export function inOpenAiWords(usage: unknown, quirks: UsageQuirks): unknown {
  if (!isObject(usage)) return usage
  const { cachedInput, reasoning, billed } = quirks
  const charged = billed === undefined ? undefined : valueAt(usage, billed)
  return [
    (said: JsonObject) => (isObject(charged) ? billedOnly(said, charged) : said),
    (said: JsonObject) => (cachedInput === undefined ? said : withCached(said, valueAt(usage, cachedInput))),
    (said: JsonObject) => (reasoning === 'beside' ? withReasoning(said) : said),
  ].reduce((said, change) => change(said), usage)
}

/** A value inside an object, by its path. */
export function valueAt(of: unknown, path: string): unknown {
  return path.split('.').reduce((at, name) => (isObject(at) ? at[name] : undefined), of)
}

/** What is read and not billed (a preamble of the provider's own) is none of the caller's. */
function billedOnly(
  usage: JsonObject,
  { input_tokens: input, output_tokens: output }: JsonObject,
): JsonObject {
  return { ...usage, prompt_tokens: input ?? 0, completion_tokens: output ?? 0, total_tokens: 0 }
}

/** The details that OpenAI's own name has win: some providers say both. */
function withCached(usage: JsonObject, cached: unknown): JsonObject {
  const details = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {}
  if (cached === undefined || typeof details.cached_tokens === 'number') return usage
  return { ...usage, prompt_tokens_details: { ...details, cached_tokens: cached } }
}

/** A total says by itself whether thoughts are in it; without one they come on top. */
function withReasoning(usage: JsonObject): JsonObject {
  const { completion_tokens: completion, total_tokens: total, completion_tokens_details: details } = usage
  const thought = isObject(details) ? details.reasoning_tokens : undefined
  const added = typeof completion === 'number' && typeof thought === 'number' && typeof total !== 'number'
  return added ? { ...usage, completion_tokens: completion + thought } : usage
}
