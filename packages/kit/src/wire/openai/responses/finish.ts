import { isObject, type JsonObject } from '../../json.ts'
import type { Finish } from '../../neutral/answer.ts'
import type { Part } from '../../neutral/part.ts'

/** Why a response ended: by its `status`, and by what is in it. https://platform.openai.com/docs/api-reference/responses/object */
export function readFinish(
  { status, incomplete_details: details }: JsonObject,
  parts: readonly Pick<Part, 'type'>[],
): Finish {
  if (status === 'failed' || status === 'cancelled') return { reason: 'error' }
  if (status === 'incomplete') {
    const reason = isObject(details) ? details.reason : undefined
    return { reason: reason === 'content_filter' ? 'content_filter' : 'length' }
  }
  if (parts.some((part) => part.type === 'tool_call')) return { reason: 'tool_calls' }
  return { reason: parts.some((part) => part.type === 'refusal') ? 'refusal' : 'stop' }
}

/** `status` and what goes with it. */
export function writeFinish({ reason }: Finish, hasRefusal: boolean): JsonObject {
  const filtered = reason === 'content_filter' || (reason === 'refusal' && !hasRefusal)
  if (filtered) return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }
  if (reason === 'length')
    return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
  if (reason === 'error')
    return failedWith('server_error', 'The provider failed before its answer was complete.')
  return { status: 'completed' }
}

export function failedWith(code: string | null, message: string): JsonObject {
  return { status: 'failed', error: { code: code ?? 'server_error', message } }
}
