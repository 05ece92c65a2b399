import type { AnswerRules } from '../../answer-reader.ts'
import { isObject } from '../../json.ts'
import type { StreamRules } from '../../stream-reader.ts'
import { addUsage, type Usage } from '../../usage.ts'
import { readMediaUsage, type UntoldKinds } from '../media-usage.ts'
import { readResponsesUsage } from '../usage.ts'

/** The details of what goes in are always told; of what comes out they are newer, and all of it was pictures before. */
const PICTURES: UntoldKinds = { input: 'imageInput', output: 'imageOutput' }

/** How answers of Images are read: https://platform.openai.com/docs/api-reference/images/object */
export const IMAGES_ANSWER: AnswerRules = {
  usageField: 'usage',
  modelField: 'model',
  usage(usage, other) {
    const told = readMediaUsage(usage, PICTURES)
    if (told) return withAuthor(told, other('svg_usage'))
    // Models without tokens are billed by the piece, and their answers say nothing else.
    const { length: images = 0 } = Array.isArray(other('data')) ? (other('data') as unknown[]) : []
    return images > 0 ? { input: 0, output: 0, images } : undefined
  },
  texts: () => [],
}

/** An SVG is written by another model, from a picture that this one made. */
function withAuthor(usage: Usage, author: unknown): Usage {
  const written =
    isObject(author) && typeof author.model === 'string' ? readResponsesUsage(author) : undefined
  if (!written || !isObject(author)) return usage
  const { reasoning_tokens: reasoning } = author
  const thought = typeof reasoning === 'number' && reasoning > 0 ? { reasoning } : {}
  return { ...usage, others: [{ model: author.model as string, usage: { ...written, ...thought } }] }
}

/**
 * How their streams are read: previews, and, for each picture that is asked for, a last event with the usage of that picture.
 * Source: https://platform.openai.com/docs/api-reference/images-streaming
 */
export const IMAGES_STREAM: StreamRules = {
  usageMarks: ['"input_tokens"'],
  finishMarks: ['"image_generation.completed"', '"image_edit.completed"'],
  usage({ usage }, known) {
    const told = readMediaUsage(usage, PICTURES)
    return told && known ? addUsage(known, told) : told
  },
  model: () => undefined,
}
