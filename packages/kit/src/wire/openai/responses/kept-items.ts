import { isObject, type JsonObject, parseJson } from '../../json.ts'

/**
 * Clients that leave `store` as it is take items for stored, and send ids of them back instead of items; the AI SDK does so
 * by default. Where another dialect's provider answers nobody stores anything, so that such an answer ends in an item whose
 * id holds all that would be referred to: the client keeps its conversation itself, without knowing.
 */
const KEPT = 'rs_kept_'

/** Calls are always sent back whole. */
const SENT_WHOLE: ReadonlySet<unknown> = new Set(['function_call', 'custom_tool_call'])

/** The items of an answer, and the one that keeps them; nothing is added where the client keeps whole items. */
export function keepItems(items: readonly JsonObject[], { store }: JsonObject): readonly JsonObject[] {
  const kept = items.filter(({ type }) => !SENT_WHOLE.has(type))
  if (store === false || kept.length === 0) return items
  const id = KEPT + Buffer.from(JSON.stringify(kept)).toString('base64url')
  return [...items, { type: 'reasoning', id, summary: [] }]
}

/** Whether an item, or a reference to one, only keeps others. */
export function isKeeper({ id }: JsonObject): boolean {
  return typeof id === 'string' && id.startsWith(KEPT)
}

/** What the items of a request keep, by id. What somebody has changed keeps nothing. */
export function keptItems(items: readonly unknown[]): ReadonlyMap<unknown, JsonObject> {
  const kept = items.filter(isObject).filter(isKeeper).flatMap(heldBy)
  return new Map(kept.map((item) => [item.id, item]))
}

function heldBy({ id }: JsonObject): readonly JsonObject[] {
  const items = parseJson(Buffer.from(String(id).slice(KEPT.length), 'base64url').toString())
  return Array.isArray(items) ? items.filter(isObject) : []
}
