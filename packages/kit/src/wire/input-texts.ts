import { isObject } from './json.ts'

/** Every string in a part of a request: what it says, and the names and words around it. */
export function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(stringsOf)
  return isObject(value) ? Object.values(value).flatMap(stringsOf) : []
}

/** How many tokens a part of a request has that are said by their numbers: https://platform.openai.com/docs/api-reference/embeddings */
export function tokenIdsOf(value: unknown): number {
  if (typeof value === 'number') return 1
  return Array.isArray(value) ? value.reduce((sum: number, each) => sum + tokenIdsOf(each), 0) : 0
}

/** Parts that a model reads as they are written: tools and schemas. */
export function textOfJson(...parts: readonly unknown[]): string[] {
  return parts.flatMap((part) => (part ? [JSON.stringify(part)] : []))
}
