import type { JsonObject } from '../wire/json.ts'

/** Whether something that a file says is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
