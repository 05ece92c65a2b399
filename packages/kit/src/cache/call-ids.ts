import { isObject, type JsonObject } from '../core/json-object.ts'
import type { Endpoint } from '../wire/endpoint.ts'

/**
 * A body with the ids of tool calls replaced by their order of appearance. A provider makes them up anew each time, so
 * that two runs of one agent would never ask the same; which result belongs to which call is all that they say. Only where
 * a dialect puts them: what stands inside a call's arguments or a result is content. The same body where there are none.
 */
export function withOrdinalIds(endpoint: Endpoint, body: JsonObject): JsonObject {
  const place = PLACES[endpoint]
  const list = place && body[place.list]
  if (!place || !Array.isArray(list)) return body
  const ordinals = new Map<string, string>()
  const ordinalOf = (id: string) => {
    const known = ordinals.get(id) ?? `#${ordinals.size}`
    ordinals.set(id, known)
    return known
  }
  const renamed = list.map((item) => (isObject(item) ? place.rename(item, ordinalOf) : item))
  return ordinals.size === 0 ? body : { ...body, [place.list]: renamed }
}

type OrdinalOf = (id: string) => string
type Rename = (item: JsonObject, ordinalOf: OrdinalOf) => JsonObject

/** Where a dialect has them: in the items of which list, and how an item looks without. */
const PLACES: Partial<Record<Endpoint, { readonly list: string; readonly rename: Rename }>> = {
  chat: {
    list: 'messages',
    rename: (message, ordinalOf) =>
      withField(
        withList(message, 'tool_calls', (call) => withField(call, 'id', ordinalOf)),
        'tool_call_id',
        ordinalOf,
      ),
  },
  responses: { list: 'input', rename: (item, ordinalOf) => withField(item, 'call_id', ordinalOf) },
  messages: {
    list: 'messages',
    rename: (message, ordinalOf) =>
      withList(message, 'content', (block) =>
        withField(isCall(block) ? withField(block, 'id', ordinalOf) : block, 'tool_use_id', ordinalOf),
      ),
  },
  generate: {
    list: 'contents',
    rename: (content, ordinalOf) =>
      withList(content, 'parts', (part) =>
        GEMINI_CALLS.some((name) => isObject(part[name])) ? withGeminiId(part, ordinalOf) : part,
      ),
  },
}

/** Of the client's tools, and of those that Anthropic or an MCP server runs: results refer to all of them alike. */
const isCall = ({ type }: JsonObject) => typeof type === 'string' && /^(?:\w+_)?tool_use$/.test(type)

/** Google reads either spelling: https://protobuf.dev/programming-guides/json/ */
const GEMINI_CALLS = ['functionCall', 'function_call', 'functionResponse', 'function_response']

function withGeminiId(part: JsonObject, ordinalOf: OrdinalOf): JsonObject {
  const renamed = Object.entries(part).map(([name, value]) => [
    name,
    GEMINI_CALLS.includes(name) && isObject(value) ? withField(value, 'id', ordinalOf) : value,
  ])
  return Object.fromEntries(renamed)
}

function withField(object: JsonObject, name: string, ordinalOf: OrdinalOf): JsonObject {
  const id = object[name]
  return typeof id === 'string' ? { ...object, [name]: ordinalOf(id) } : object
}

function withList(object: JsonObject, name: string, rename: (item: JsonObject) => JsonObject): JsonObject {
  const list = object[name]
  if (!Array.isArray(list)) return object
  return { ...object, [name]: list.map((item) => (isObject(item) ? rename(item) : item)) }
}
