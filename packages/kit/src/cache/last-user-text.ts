import { isObject, type JsonObject } from '../core/json-object.ts'
import type { Endpoint } from '../wire/endpoint.ts'

/** What a user has said last, and the request without it. */
export interface LastUserText {
  readonly text: string
  /** The body with nothing in that text's place: equal for two requests that differ in it alone. */
  readonly rest: JsonObject
}

/**
 * The text of the last message of a request, where that is the user's and is text in one piece. Undefined for all others:
 * a request that ends with a tool's result or a picture asks for more than its words say.
 */
export function lastUserText(endpoint: Endpoint, body: JsonObject): LastUserText | undefined {
  const place = PLACES[endpoint]
  const said = place && body[place.list]
  if (!place || said === undefined) return undefined
  if (typeof said === 'string')
    return place.bare ? { text: said, rest: { ...body, [place.list]: '' } } : undefined
  const list = Array.isArray(said) ? said : []
  const last: unknown = list.at(-1)
  if (!isObject(last) || !isUsers(last, place)) return undefined
  const found = textOf(last[place.content], place.types)
  if (!found) return undefined
  const rest = [...list.slice(0, -1), { ...last, [place.content]: found.rest }]
  return { text: found.text, rest: { ...body, [place.list]: rest } }
}

/** Where a dialect has its messages, and a message its text. */
interface Place {
  readonly list: string
  readonly content: string
  /** What the type of a piece of text is called; undefined where it has none. */
  readonly types: readonly (string | undefined)[]
  /** A string may stand in the place of the list. */
  readonly bare?: true
  /** A message without a role is the user's. */
  readonly roleless?: true
}

const PLACES: Partial<Record<Endpoint, Place>> = {
  chat: { list: 'messages', content: 'content', types: ['text'] },
  responses: { list: 'input', content: 'content', types: ['input_text'], bare: true },
  messages: { list: 'messages', content: 'content', types: ['text'] },
  generate: { list: 'contents', content: 'parts', types: [undefined], roleless: true },
}

function isUsers({ role, type }: JsonObject, { roleless }: Place): boolean {
  if (type !== undefined && type !== 'message') return false
  return role === 'user' || (roleless === true && role === undefined)
}

function textOf(
  content: unknown,
  types: Place['types'],
): { readonly text: string; readonly rest: unknown } | undefined {
  if (typeof content === 'string') return { text: content, rest: '' }
  const [only, ...others] = Array.isArray(content) ? content : []
  if (others.length > 0 || !isObject(only) || typeof only.text !== 'string') return undefined
  if (!types.includes(only.type as string | undefined)) return undefined
  return { text: only.text, rest: [{ ...only, text: '' }] }
}
