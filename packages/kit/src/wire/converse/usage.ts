import { isCount, isObject } from '../json.ts'
import { inputTokens, type Usage } from '../usage.ts'

/**
 * Converse's `usage`. `inputTokens` leave out what was read from the cache and what was written to it, which have counts of
 * their own; `cacheDetails` tell how much of the second is kept for how long. Undefined when it says nothing, or what cannot
 * be: that is counted instead.
 *
 * Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html ·
 * https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
 */
export function readUsage(said: unknown): Usage | undefined {
  if (!isObject(said)) return undefined
  const counts = COUNTS.map((name) => said[name] ?? 0)
  if (!counts.every(isCount)) return undefined
  const [input = 0, output = 0, cachedInput = 0, written = 0] = counts
  const cacheWrite1h = Math.min(keptForAnHour(said.cacheDetails), written)
  const cacheWrite = written - cacheWrite1h
  const usage = {
    input,
    output,
    ...(cachedInput > 0 ? { cachedInput } : {}),
    ...(cacheWrite > 0 ? { cacheWrite } : {}),
    ...(cacheWrite1h > 0 ? { cacheWrite1h } : {}),
  }
  return inputTokens(usage) + output > 0 ? usage : undefined
}

const COUNTS = ['inputTokens', 'outputTokens', 'cacheReadInputTokens', 'cacheWriteInputTokens'] as const

function keptForAnHour(details: unknown): number {
  if (!Array.isArray(details)) return 0
  const hours = details.filter(isObject).filter(({ ttl }) => ttl === '1h')
  return hours.reduce((sum, { inputTokens: tokens }) => sum + (isCount(tokens) ? tokens : 0), 0)
}
