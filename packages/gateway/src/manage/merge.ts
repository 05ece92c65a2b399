import { isMapping, type Mapping } from '../mapping.ts'

/** An object with a patch merged into it: null takes a field away, an object is merged, anything else takes the place. https://www.rfc-editor.org/rfc/rfc7396 */
export function mergePatch(target: Mapping, patch: Mapping): Mapping {
  const merged = new Map(Object.entries(target))
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, isMapping(value) ? mergePatch(objectAt(merged.get(name)), value) : value)
  }
  return Object.fromEntries(merged)
}

function objectAt(value: unknown): Mapping {
  return isMapping(value) ? value : {}
}
