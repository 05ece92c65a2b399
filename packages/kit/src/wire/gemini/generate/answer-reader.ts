import { isObject, type JsonObject } from '../../json.ts'
import type { Answer } from '../../neutral/answer.ts'
import { fold } from '../../neutral/fold.ts'
import { field, textField } from '../fields.ts'
import { decodeAnswer } from './stream-decoder.ts'

/**
 * An answer of generateContent, which is a stream of one chunk: https://ai.google.dev/api/generate-content#generatecontentresponse
 *
 * @throws SyntaxError when it is none.
 */
export function readAnswer(body: JsonObject): Answer {
  if (!Array.isArray(body.candidates) && !isObject(field(body, 'promptFeedback')))
    throw new SyntaxError('Not an answer of generateContent: it has no candidates')
  const answer = foldAnswer(body)
  const usage = field(body, 'usageMetadata')
  const serviceTier = isObject(usage) ? textField(usage, 'serviceTier') : undefined
  return { ...answer, ...(serviceTier === undefined ? {} : { serviceTier }) }
}

function foldAnswer(body: JsonObject): Answer {
  try {
    return fold(decodeAnswer(body)).answer
  } catch (cause) {
    throw new SyntaxError('Not an answer of generateContent', { cause })
  }
}
