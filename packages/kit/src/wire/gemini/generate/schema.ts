import { isObject, type JsonObject } from '../../json.ts'
import { camelFields } from '../fields.ts'

/** Fields that hold a schema, a list of them, or several by name. */
const SCHEMAS: ReadonlySet<string> = new Set(['items', 'additionalProperties'])
const LISTS: ReadonlySet<string> = new Set(['anyOf', 'prefixItems'])
/** Counts, which Google says as strings: they have 64 bits. */
const COUNTS: ReadonlySet<string> = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
])
/** What means something to Gemini alone. */
const OWN: ReadonlySet<string> = new Set(['propertyOrdering', 'nullable', 'example'])

/**
 * Google's `Schema`, a part of OpenAPI 3.0, as JSON Schema: types in small letters, what may be null as a type among
 * others. https://ai.google.dev/api/caching#Schema
 */
export function jsonSchemaOf(schema: JsonObject): JsonObject {
  const fields = camelFields(schema)
  const nullable = fields.some(([name, value]) => name === 'nullable' && value === true)
  return Object.fromEntries(
    fields
      .filter(([name]) => !OWN.has(name))
      .map(([name, value]) => [
        name,
        name === 'type' ? typeOf(value, nullable) : fieldOf(name, value, nullable),
      ]),
  )
}

function typeOf(type: unknown, nullable: boolean): unknown {
  if (typeof type !== 'string') return type
  return nullable ? [type.toLowerCase(), 'null'] : type.toLowerCase()
}

function fieldOf(name: string, value: unknown, nullable: boolean): unknown {
  if (name === 'properties' && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, schemaOf(inner)]))
  }
  if (SCHEMAS.has(name)) return schemaOf(value)
  if (LISTS.has(name) && Array.isArray(value)) return value.map(schemaOf)
  if (COUNTS.has(name)) return Number(value)
  return name === 'enum' && nullable && Array.isArray(value) ? [...value, null] : value
}

function schemaOf(value: unknown): unknown {
  return isObject(value) ? jsonSchemaOf(value) : value
}
