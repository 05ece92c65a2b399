type Json = Readonly<Record<string, unknown>>

/** An object with a patch merged into it: null takes a field away, an object is merged, anything else takes the place. https://www.rfc-editor.org/rfc/rfc7396 */
export function mergePatch(target: Json, patch: Json): Json {
  const merged = new Map(Object.entries(target))
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, isObject(value) ? mergePatch(objectAt(merged.get(name)), value) : value)
  }
  return Object.fromEntries(merged)
}

function objectAt(value: unknown): Json {
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
