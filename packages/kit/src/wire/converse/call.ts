import type { Call } from '../call.ts'
import type { Target } from '../format.ts'
import { isObject, type JsonObject } from '../json.ts'

export const STREAMS = 'converse-stream'

/** Read a request that was written here: the path names the model, and says whether it is to be a stream. */
export function readCall({ inferenceConfig, toolConfig, outputConfig }: JsonObject, target: Target): Call {
  const { path, bytes } = target
  const [, model = '', method] = /\/model\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  const cap = isObject(inferenceConfig) ? inferenceConfig.maxTokens : undefined
  return {
    dialect: 'converse',
    endpoint: 'converse',
    model: decodeURIComponent(model),
    stream: method === STREAMS,
    wantsUsage: true,
    ...(typeof cap === 'number' ? { maxOutputTokens: cap } : {}),
    choices: 1,
    inputBytes: bytes,
    unboundedInput: false,
    audioInput: false,
    audioOutput: false,
    unpriced: [],
    structured: toolConfig !== undefined || outputConfig !== undefined,
  }
}
