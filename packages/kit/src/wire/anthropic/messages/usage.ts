import { isObject, type JsonObject } from '../../json.ts'
import { addUsage, type OtherUsage, type ServiceTier, totalTokens, type Usage } from '../../usage.ts'

/**
 * Read Anthropic's usage object. `input_tokens` leaves out what was read from the cache and what was written to it, which
 * have counts of their own; `output_tokens` includes thinking. Undefined when it says nothing, or what cannot be: that is
 * counted instead.
 *
 * @param model The model that answered: what `iterations` says of others is billed at their prices.
 * @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
 */
export function readUsage(usage: unknown, model?: unknown): Usage | undefined {
  if (!isObject(usage) || typeof usage.output_tokens !== 'number') return undefined
  const sampled = withIterations(tokensOf(usage), usage.iterations, model)
  const read = { ...sampled, ...detailsOf(usage) }
  const sound = Number.isSafeInteger(totalTokens(read)) && Number.isSafeInteger(read.webSearches ?? 0)
  return sound && totalTokens(read) > 0 ? read : undefined
}

/** A count that is absent is none; NaN, which spoils every sum, when it is no count. */
function count(of: unknown, name: string): number {
  const value = (isObject(of) ? of[name] : undefined) ?? 0
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : Number.NaN
}

function tokensOf(counts: JsonObject): Usage {
  const cachedInput = count(counts, 'cache_read_input_tokens')
  const written = count(counts, 'cache_creation_input_tokens')
  const cacheWrite1h = writtenForAnHour(counts.cache_creation, written)
  const cacheWrite = written - cacheWrite1h
  return {
    input: count(counts, 'input_tokens'),
    output: count(counts, 'output_tokens'),
    ...(cachedInput === 0 ? {} : { cachedInput }),
    ...(cacheWrite === 0 ? {} : { cacheWrite }),
    ...(cacheWrite1h === 0 ? {} : { cacheWrite1h }),
  }
}

/**
 * The part of what was written that is kept for an hour. A stream says the parts once, at its beginning, and may write more
 * later: where all of the first was for an hour, so is the rest.
 */
function writtenForAnHour(parts: unknown, written: number): number {
  const hour = count(parts, 'ephemeral_1h_input_tokens')
  const minutes = count(parts, 'ephemeral_5m_input_tokens')
  return hour > 0 && minutes === 0 ? written : Math.min(hour, written)
}

function detailsOf(usage: JsonObject): Partial<Usage> {
  const thought = count(usage.output_tokens_details, 'thinking_tokens')
  const reasoning = Math.min(Number.isNaN(thought) ? 0 : thought, count(usage, 'output_tokens'))
  const webSearches = count(usage.server_tool_use, 'web_search_requests')
  const serviceTier = TIERS[String(usage.service_tier)]
  return {
    ...(reasoning > 0 ? { reasoning } : {}),
    ...(webSearches === 0 ? {} : { webSearches }),
    ...(serviceTier ? { serviceTier } : {}),
  }
}

const TIERS: Readonly<Record<string, ServiceTier>> = { priority: 'priority', batch: 'batch' }

/**
 * What else was sampled for the same answer. A compaction's tokens are left out of the counts at the top, and so are those
 * of an advisor, who is billed as the model that it is. Where a fallback model has served, each attempt is an entry, and the
 * counts at the top may hold all of them or the last alone: the sum tells which.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/compaction#understanding-usage
 */
function withIterations(top: Usage, iterations: unknown, model: unknown): Usage {
  if (!Array.isArray(iterations)) return top
  const entries = iterations.filter(isObject)
  const [own, declined] = ownAndDeclined(top, entries, model)
  const compactions = entries.filter(({ type }) => type === 'compaction').map(tokensOf)
  const advisors = entries.filter(({ type }) => type === 'advisor_message').map(otherOf)
  const others = [...declined, ...advisors]
  return { ...compactions.reduce(addUsage, own), ...(others.length > 0 ? { others } : {}) }
}

function ownAndDeclined(
  top: Usage,
  entries: readonly JsonObject[],
  model: unknown,
): readonly [Usage, OtherUsage[]] {
  const fellBack = entries.some(({ type }) => type === 'fallback_message')
  if (!fellBack || typeof model !== 'string') return [top, []]
  const attempts = entries.filter(({ type }) => type === 'message' || type === 'fallback_message')
  const own = attempts.filter((attempt) => (attempt.model ?? model) === model)
  const declined = attempts.filter((attempt) => !own.includes(attempt)).map(otherOf)
  const all = attempts.map(tokensOf).reduce(addUsage, NOTHING)
  if (totalTokens(all) !== totalTokens(top)) return [top, declined]
  return [own.map(tokensOf).reduce(addUsage, NOTHING), declined]
}

const NOTHING: Usage = { input: 0, output: 0 }

function otherOf(entry: JsonObject): OtherUsage {
  return { model: String(entry.model), usage: tokensOf(entry) }
}

/**
 * A later usage of the same stream on top of what is known: its counts are cumulative, so each replaces the one before, and
 * those that it leaves out or null stand.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/streaming#event-types
 */
export function mergeUsage(known: JsonObject, given: unknown): JsonObject {
  if (!isObject(given)) return known
  const said = Object.entries(given).filter(([, value]) => value !== null && value !== undefined)
  return { ...known, ...Object.fromEntries(said) }
}

/** A usage as Anthropic's SDKs expect it; what other models did has no place in it. */
export function writeUsage(usage: Usage | undefined): JsonObject {
  const { input, output, cacheWrite = 0, cacheWrite1h = 0, reasoning, webSearches } = usage ?? NOTHING
  const { audioInput = 0, imageInput = 0, audioOutput = 0, imageOutput = 0 } = usage ?? NOTHING
  return {
    input_tokens: input + audioInput + imageInput,
    cache_read_input_tokens: usage?.cachedInput ?? 0,
    cache_creation_input_tokens: cacheWrite + cacheWrite1h,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite, ephemeral_1h_input_tokens: cacheWrite1h },
    output_tokens: output + audioOutput + imageOutput,
    output_tokens_details: reasoning === undefined ? null : { thinking_tokens: reasoning },
    server_tool_use:
      webSearches === undefined ? null : { web_search_requests: webSearches, web_fetch_requests: 0 },
    service_tier: TIERS[String(usage?.serviceTier)] ?? 'standard',
    inference_geo: null,
    speed: null,
  }
}
