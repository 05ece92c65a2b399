import type { Call } from '../wire/call.ts'
import { isObject, type JsonObject } from '../wire/json.ts'
import { limitOf, speaks, unpricedIn } from '../wire/openai/realtime/session-config.ts'
import type { ConversationSize } from './conversation-size.ts'
import type { SessionState } from './session-state.ts'

/** A response of which nobody knows anything yet: the first one, before the session has begun. */
export function firstCall(model: string): Call {
  return {
    dialect: 'openai',
    endpoint: 'realtime',
    model,
    stream: true,
    wantsUsage: true,
    choices: 1,
    inputBytes: 0,
    unboundedInput: false,
    audioInput: false,
    audioOutput: true,
    unpriced: [],
    structured: true,
  }
}

/** A response as it is asked for: what it reads is the conversation so far, and what the request itself brings. */
export function responseCall(
  model: string,
  size: ConversationSize,
  state: SessionState,
  response: JsonObject,
): Call {
  const asked = limitOf(response.max_output_tokens ?? response.max_response_output_tokens)
  const longest = asked === undefined ? state.maxOutputTokens : asked === 'inf' ? undefined : asked
  const unpriced = unpricedIn(response) ?? state.unpriced
  const bounded = Number.isFinite(size.tokens) && !bringsMore(response.input)
  return {
    ...firstCall(model),
    inputBytes: (bounded ? size.tokens : 0) + Buffer.byteLength(JSON.stringify(response)),
    unboundedInput: !bounded,
    audioInput: size.heard || bringsMore(response.input),
    audioOutput: speaks(asSpoken(response, state)) ?? state.speaks,
    unpriced: unpriced ? [unpriced] : [],
    ...(longest === undefined ? {} : { maxOutputTokens: longest }),
  }
}

/** A provider looks only for the name of its own interface; what stands under the other's changes nothing. */
function asSpoken({ output_modalities, modalities }: JsonObject, { capField }: SessionState): JsonObject {
  return capField === 'max_output_tokens' ? { output_modalities } : { modalities }
}

/**
 * Sound or pictures of its own, or what the conversation has, as often as it is named: a request's bytes are no bound of
 * these.
 */
function bringsMore(input: unknown): boolean {
  if (!Array.isArray(input)) return false
  if (input.some((item) => isObject(item) && item.type === 'item_reference')) return true
  const parts = input.filter(isObject).flatMap(({ content }) => (Array.isArray(content) ? content : []))
  return parts.filter(isObject).some(({ type }) => !/text$/.test(String(type)))
}
