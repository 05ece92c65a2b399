import { type NanoUsd, nanoUsd, usdToNano } from '../core/money.ts'
import { readUsage as readMessagesUsage } from '../wire/anthropic/messages/usage.ts'
import { readUsage as readGeminiUsage } from '../wire/gemini/usage.ts'
import { isObject, type JsonObject } from '../wire/json.ts'
import { readResponsesUsage, readUsage } from '../wire/openai/usage.ts'
import type { UsedUnits } from '../wire/passage/meter.ts'
import type { Usage } from '../wire/usage.ts'

/** What a handler says of a provider call it made: tokens, a provider's own answer, or an amount. */
export type UsageReport =
  | {
      readonly model: string
      readonly provider?: string
      readonly inputTokens: number
      readonly outputTokens: number
      readonly cachedInputTokens?: number
    }
  | { readonly model: string; readonly provider?: string; readonly usage: object }
  | { readonly usd: string }

/** A report, read: an amount, or tokens to be priced. */
export type ToldCharge =
  | { readonly nanoUsd: NanoUsd; readonly units?: UsedUnits }
  | { readonly model: string; readonly provider?: string; readonly usage: Usage }

/** @throws RangeError for anything that is not a report: a wrong line must not become free money. */
export function readReport(report: UsageReport): ToldCharge {
  if ('usd' in report) return { nanoUsd: nanoUsd(usdToNano(report.usd)) }
  if (typeof report.model !== 'string' || report.model === '')
    throw new RangeError('A usage report names its model')
  const named = { model: report.model, ...(report.provider ? { provider: report.provider } : {}) }
  if ('usage' in report) {
    const usage = isObject(report.usage) ? readAnyUsage(report.usage, report.model) : undefined
    if (!usage) throw new RangeError("A usage report's `usage` is a provider's own usage object")
    return { ...named, usage }
  }
  const cachedInput = tokens(report.cachedInputTokens ?? 0, 'cachedInputTokens')
  return {
    ...named,
    usage: {
      input: Math.max(0, tokens(report.inputTokens, 'inputTokens') - cachedInput),
      cachedInput,
      output: tokens(report.outputTokens, 'outputTokens'),
    },
  }
}

/** A provider's own usage object, known by the names of its counts. What is plain in two dialects is the same in both. */
function readAnyUsage(usage: JsonObject, model: string): Usage | undefined {
  if ('promptTokenCount' in usage) return readGeminiUsage(usage)
  if ('prompt_tokens' in usage) return readUsage(usage)
  const isResponse = 'input_tokens_details' in usage || 'total_tokens' in usage
  return isResponse ? readResponsesUsage(usage) : readMessagesUsage(usage, model)
}

function tokens(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${name} is a count of tokens, not ${value}`)
  return value
}
