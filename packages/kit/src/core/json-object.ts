export type JsonObject = { readonly [name: string]: unknown }

/** Whether something that JSON says is an object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
