import type { ReceivedCall } from '../call.ts'
import { isObject } from '../json.ts'
import { spliceFields } from '../json-fields.ts'

export interface Changes {
  /** The deployment's own name of the model. */
  readonly model?: string
  /** The cap on output tokens of one choice that the reservation pays for. */
  readonly maxOutputTokens?: number
}

/** The field that carries the cap: the one that the client has filled in, else the endpoint's current one. */
function capField(call: ReceivedCall): string {
  if (call.endpoint === 'completions' || typeof call.body.max_tokens === 'number') return 'max_tokens'
  return 'max_completion_tokens'
}

/** A call with the changes that enforcement needs: as bytes to send on, and, where a host has parsed it, as an object. */
export interface EditedCall {
  readonly bytes: Buffer
  body(): Record<string, unknown>
}

/**
 * Change what must be changed in a request, and leave every other byte as it came: the model's name, the cap, and on
 * streams the request for usage, which the charge depends on. Undefined when nothing has to change.
 */
export function editCall(call: ReceivedCall, changes: Changes): EditedCall | undefined {
  const values: Record<string, unknown> = {}
  if (changes.model !== undefined && changes.model !== call.model) values.model = changes.model
  if (changes.maxOutputTokens !== undefined) values[capField(call)] = changes.maxOutputTokens
  if (call.stream && !call.wantsUsage) {
    const options = isObject(call.body.stream_options) ? call.body.stream_options : {}
    values.stream_options = { ...options, include_usage: true }
  }
  const edits = Object.entries(values)
  if (edits.length === 0) return undefined
  return {
    bytes: Buffer.from(spliceFields(call.text, call.fields, edits)),
    body: () => ({ ...call.body, ...values }),
  }
}

/** Every string of a request that becomes input: for counting when the provider did not say. */
export function inputTexts(call: ReceivedCall): string[] {
  const { messages, prompt, input, tools, response_format, functions } = call.body
  const lists = [tools, functions, response_format].flatMap((part) => (part ? [JSON.stringify(part)] : []))
  return [...lists, ...stringsOf(messages ?? prompt ?? input)]
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(stringsOf)
  return isObject(value) ? Object.values(value).flatMap(stringsOf) : []
}
