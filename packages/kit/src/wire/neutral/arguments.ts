import { type JsonObject, parseObject } from '../json.ts'
import type { ToolCallPart } from './part.ts'

/**
 * What a tool is called with, for dialects that take an object and nothing else: free text is its `input`. Arguments that a
 * model was cut in the middle of are told as the text that they are, since it reads them again.
 */
export function argumentsObject({
  arguments: text,
  custom,
}: Pick<ToolCallPart, 'arguments' | 'custom'>): JsonObject {
  if (custom) return { input: text }
  if (text.trim() === '') return {}
  return parseObject(text) ?? { arguments: text }
}
