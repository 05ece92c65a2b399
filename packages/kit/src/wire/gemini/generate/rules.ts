import type { AnswerRules } from '../../answer-reader.ts'
import { isObject, type JsonObject } from '../../json.ts'
import type { StreamRules } from '../../stream-reader.ts'
import type { Usage } from '../../usage.ts'
import { readUsage } from '../usage.ts'

const SEARCHES = '"webSearchQueries"'

/** How answers are read as they pass: https://ai.google.dev/api/generate-content#generatecontentresponse */
export const GENERATE_ANSWER: AnswerRules = {
  usageField: 'usageMetadata',
  modelField: 'modelVersion',
  usage: (said, other, has) =>
    withSearches(readUsage(said), has(SEARCHES) ? searchesIn(other('candidates'), other('modelVersion')) : 0),
  texts: (body) => generatedIn(body).flatMap(([, texts]) => texts),
}

/**
 * How streams are read as they pass. Every chunk is an answer, with the usage so far; the last one says why it ended, and
 * then the stream just ends.
 */
export const GENERATE_STREAM: StreamRules = {
  usageMarks: ['"usageMetadata"'],
  finishMarks: ['"finishReason"'],
  usage: (chunk, known) =>
    withSearches(
      readUsage(chunk.usageMetadata),
      Math.max(known?.webSearches ?? 0, searchesIn(chunk.candidates, chunk.modelVersion)),
    ),
  model: ({ modelVersion }) => (typeof modelVersion === 'string' ? modelVersion : undefined),
  generated: generatedIn,
}

function withSearches(usage: Usage | undefined, webSearches: number): Usage | undefined {
  return usage && webSearches > 0 ? { ...usage, webSearches } : usage
}

/** Models up to 2.5 are billed for a prompt that searches, later ones for each search. */
const BILLED_BY_PROMPT = /gemini-[12]\b/

/** Searches of the web that are billed: https://ai.google.dev/gemini-api/docs/google-search#pricing */
function searchesIn(candidates: unknown, model: unknown): number {
  if (!Array.isArray(candidates)) return 0
  const queries = candidates.flatMap((candidate) => {
    const grounding = isObject(candidate) ? candidate.groundingMetadata : undefined
    const made = isObject(grounding) ? grounding.webSearchQueries : undefined
    return Array.isArray(made) ? made.filter((query) => query !== '') : []
  })
  return typeof model === 'string' && BILLED_BY_PROMPT.test(model)
    ? Math.min(queries.length, 1)
    : queries.length
}

const NO_PARTS: readonly unknown[] = []

/** What each candidate of an answer or a chunk shows. */
function generatedIn(body: unknown): (readonly [choice: unknown, texts: readonly string[]])[] {
  const candidates = isObject(body) && Array.isArray(body.candidates) ? body.candidates.filter(isObject) : []
  return candidates.map(({ index = 0, content }) => {
    const parts = isObject(content) && Array.isArray(content.parts) ? content.parts : NO_PARTS
    return [index, parts.filter(isObject).flatMap(generatedTexts)] as const
  })
}

/** Text and thoughts, calls of functions, and code that the provider ran. Bytes of pictures and sound are no text. */
function generatedTexts({ text, functionCall, executableCode, toolCall }: JsonObject): string[] {
  const texts = typeof text === 'string' ? [text] : []
  const made = functionCall ?? executableCode ?? toolCall
  return isObject(made) ? [...texts, JSON.stringify(made)] : texts
}
