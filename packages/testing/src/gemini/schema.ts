import { isObject } from '../dialect.ts'

/** Gemini's schemas are OpenAPI's, with the names of types in capitals: https://ai.google.dev/api/caching#Schema */
export function jsonSchemaOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(jsonSchemaOf)
  if (!isObject(schema)) return schema
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [
      name,
      name === 'type' && typeof value === 'string' ? value.toLowerCase() : jsonSchemaOf(value),
    ]),
  )
}
