import type { ConversationEndpoint } from '../endpoint.ts'
import type { JsonObject } from '../json.ts'
import type { ForeignField } from '../neutral/conversation.ts'

/** The fields of a request that have no neutral word. One that is null, false or empty asks for nothing. */
export function foreignFields(
  body: JsonObject,
  known: ReadonlySet<string>,
  from: ConversationEndpoint,
): readonly ForeignField[] {
  return Object.entries(body)
    .filter(([name, value]) => !known.has(name) && asks(value))
    .map(([path, value]) => ({ from, path, value }))
}

function asks(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return value !== undefined && value !== null && value !== false
}
