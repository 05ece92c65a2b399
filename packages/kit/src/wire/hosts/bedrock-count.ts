import type { Dispatcher } from 'undici'
import { isCount, parseObject } from '../json.ts'

/** A model as its maker and AWS call it, in the middle of whatever says from where it is served. */
const FOUNDATION_MODEL = /anthropic\.claude-[\w.:-]+$/

/**
 * Where Bedrock counts the tokens of a request, free of charge. It counts by the model itself: the id of an inference profile
 * (`eu.anthropic.…`, or a whole ARN), by which newer models have to be called, is refused.
 *
 * Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html ·
 * https://docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html
 */
export function countPath(model: string): string {
  return `/model/${encodeURIComponent(FOUNDATION_MODEL.exec(model)?.[0] ?? model)}/count-tokens`
}

/** A request of InvokeModel in the envelope of a count. */
export function countInput(body: Buffer): Buffer {
  return Buffer.from(JSON.stringify({ input: { invokeModel: { body: body.toString('base64') } } }))
}

/** Longer than any count. */
const MAX_BYTES = 4096

/** What stands before whoever takes a count: behind it, it has Anthropic's name. What says anything else stays as it came. */
export function countedAnswer(taker: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  let held: Buffer[] | undefined
  let size = 0
  const give = (controller: Dispatcher.DispatchController, bytes: Buffer) => {
    held = undefined
    if (bytes.length > 0) taker.onResponseData?.(controller, bytes)
  }
  return {
    onRequestStart: (...given) => taker.onRequestStart?.(...given),
    onResponseStart(controller, status, headers, message) {
      if (status !== 200) return taker.onResponseStart?.(controller, status, headers, message)
      held = []
      const { 'content-length': _, ...rest } = headers
      taker.onResponseStart?.(controller, status, rest, message)
    },
    onResponseData(controller, bytes) {
      if (!held) return void taker.onResponseData?.(controller, bytes)
      held.push(bytes)
      size += bytes.length
      if (size > MAX_BYTES) give(controller, Buffer.concat(held))
    },
    onResponseEnd(controller, trailers) {
      if (held) give(controller, inAnthropicsWords(Buffer.concat(held)))
      taker.onResponseEnd?.(controller, trailers)
    },
    onResponseError: (...given) => taker.onResponseError?.(...given),
  }
}

function inAnthropicsWords(bytes: Buffer): Buffer {
  const { inputTokens } = parseObject(bytes.toString('utf8')) ?? {}
  return isCount(inputTokens) ? Buffer.from(JSON.stringify({ input_tokens: inputTokens })) : bytes
}
