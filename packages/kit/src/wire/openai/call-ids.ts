import { createHash } from 'node:crypto'

/** Longer ids are refused as `string_above_max_length`: beyond 64 in Responses, and beyond 40 in Chat at Azure and elsewhere. */
const MAX_LENGTH = 40

/**
 * The id of a tool call as OpenAI takes it in a request. Some of its own answers, and of others', have longer ones than it
 * takes back; a call and its result get the same one.
 */
export function callIdFor(id: string): string {
  if (id.length <= MAX_LENGTH) return id
  const hash = createHash('sha256').update(id).digest('base64url')
  return `call_${hash.slice(0, MAX_LENGTH - 'call_'.length)}`
}
