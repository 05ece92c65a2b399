import { countTokens } from '../count.ts'
import type { Body } from '../dialect.ts'
import type { Content } from './conversation.ts'
import { field, objectField, objectsField } from './fields.ts'

/** A picture of any size, at least: https://ai.google.dev/gemini-api/docs/tokens */
const MEDIA_TOKENS = 258
const TOKENS_PER_CONTENT = 2

/** Input tokens of a request; by another tokenizer than Google's own, which nobody else has. */
export function inputTokens(body: Body, contents: readonly Content[]): number {
  const system = objectsField(objectField(body, 'systemInstruction') ?? {}, 'parts')
  const schema = objectField(body, 'generationConfig')
  let tokens = partsTokens(system)
  for (const { parts } of contents) tokens += TOKENS_PER_CONTENT + partsTokens(parts)
  for (const tool of objectsField(body, 'tools')) tokens += countTokens(JSON.stringify(tool))
  for (const name of ['responseSchema', 'responseJsonSchema']) {
    const said = schema && field(schema, name)
    if (said !== undefined) tokens += countTokens(JSON.stringify(said))
  }
  return tokens
}

export function partsTokens(parts: readonly Body[]): number {
  return parts.reduce((sum, part) => sum + partTokens(part), 0)
}

function partTokens(part: Body): number {
  if (typeof part.text === 'string') return countTokens(part.text)
  const call = objectField(part, 'functionCall') ?? objectField(part, 'functionResponse')
  return call ? countTokens(JSON.stringify(call)) : MEDIA_TOKENS
}

/** The texts of parts: what the model takes its answer from. */
export function partsText(parts: readonly Body[]): string {
  return parts.map(({ text, ...part }) => (typeof text === 'string' ? text : resultText(part))).join('\n')
}

function resultText(part: Body): string {
  const result = objectField(part, 'functionResponse')
  return result ? JSON.stringify(result.response) : ''
}
