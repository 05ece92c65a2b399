import { piecesOf } from '../count.ts'
import type { Piece } from '../text.ts'
import type { Body } from './question.ts'
import { sampleOf } from './schema.ts'

/** An answer in the JSON that `response_format` asks for; undefined where it asks for none. */
export function jsonAnswer({ response_format: format }: Body, words: () => string): Piece[] | undefined {
  const { type, json_schema: wanted } = (format ?? {}) as Body
  if (type === 'json_object') return piecesOf(JSON.stringify({ answer: words() }))
  if (type === 'json_schema') return piecesOf(JSON.stringify(sampleOf((wanted as Body | undefined)?.schema)))
  return undefined
}
