import { MAX_OUTPUT_TOKENS } from '../call.ts'
import { invalid, isObject, type JsonObject, optionalBoolean, optionalInteger } from '../json.ts'
import { modelName } from '../model-name.ts'

/** OpenAI's own bound: https://platform.openai.com/docs/api-reference/chat/create#chat-create-n */
const MAX_CHOICES = 128

export function modelOf(body: JsonObject): string {
  return modelName(body.model, 'model')
}

/** A cap on output tokens. */
export function capOf(body: JsonObject, name: string): number | undefined {
  return optionalInteger(body, name, 1, MAX_OUTPUT_TOKENS)
}

/** A count of answers that are asked for. */
export function choicesOf(body: JsonObject, name: string): number {
  return optionalInteger(body, name, 1, MAX_CHOICES) ?? 1
}

export function streamOf(body: JsonObject): { stream: boolean; wantsUsage: boolean } {
  const stream = optionalBoolean(body, 'stream') ?? false
  const options = body.stream_options
  if (options !== undefined && options !== null && !isObject(options)) {
    throw invalid('stream_options', '`stream_options` is an object.')
  }
  const wantsUsage = isObject(options) ? (optionalBoolean(options, 'include_usage') ?? false) : false
  return { stream, wantsUsage: stream && wantsUsage }
}

/** Whether a service tier other than the usual one is asked for: it has prices of its own. */
export function asksForTier({ service_tier: tier }: JsonObject): boolean {
  return tier !== undefined && tier !== null && tier !== 'auto' && tier !== 'default'
}

/** What a stream must be asked for so that it says its usage, which the charge depends on. */
export function usageOption(body: JsonObject): { readonly stream_options: JsonObject } {
  const options = isObject(body.stream_options) ? body.stream_options : {}
  return { stream_options: { ...options, include_usage: true } }
}
