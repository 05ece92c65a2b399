type Schema = Readonly<Record<string, unknown>>

// Deeper than anyone writes arguments; a schema that refers to itself ends here.
const DEEPEST = 8

/** A value that fits a JSON schema, the same for the same schema: every property present, the first of each choice. */
export function sampleOf(schema: unknown, depth = 0): unknown {
  if (typeof schema !== 'object' || schema === null || depth > DEEPEST) return null
  const { type, properties, items, enum: choices, const: constant, anyOf, default: usual } = schema as Schema
  if (constant !== undefined) return constant
  if (Array.isArray(choices)) return choices[0]
  if (usual !== undefined) return usual
  if (Array.isArray(anyOf)) return sampleOf(anyOf[0], depth + 1)
  switch (Array.isArray(type) ? type[0] : (type ?? (properties ? 'object' : 'string'))) {
    case 'object':
      return Object.fromEntries(
        Object.entries((properties ?? {}) as Schema).map(([name, value]) => [
          name,
          sampleOf(value, depth + 1),
        ]),
      )
    case 'array':
      return [sampleOf(items, depth + 1)]
    case 'integer':
    case 'number':
      return (schema as Schema).minimum ?? 1
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return 'sample'
  }
}
