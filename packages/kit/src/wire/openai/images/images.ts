import { answerReaderBy } from '../../answer-reader.ts'
import type { Endpoint } from '../../endpoint.ts'
import type { FormRules } from '../../form.ts'
import type { ClientFormat } from '../../format.ts'
import { stringsOf } from '../../input-texts.ts'
import { streamReaderBy } from '../../stream-reader.ts'
import { streamError } from '../stream-error.ts'
import { INPUT_PICTURES, readCall } from './call.ts'
import { IMAGES_ANSWER, IMAGES_STREAM } from './rules.ts'

const FORM: FormRules = {
  integers: ['n', 'partial_images', 'frame_count'],
  booleans: ['stream'],
  files: INPUT_PICTURES,
  orJson: true,
}

/** Pictures from a description: https://platform.openai.com/docs/api-reference/images/create */
export const images: ClientFormat = picturesFrom('images', '/images/generations')

/** Pictures from pictures: https://platform.openai.com/docs/api-reference/images/createEdit */
export const imageEdits: ClientFormat = picturesFrom('image_edits', '/images/edits', FORM)

/** OpenAI has retired it; others serve it yet: https://platform.openai.com/docs/api-reference/images/createVariation */
export const imageVariations: ClientFormat = picturesFrom('image_variations', '/images/variations', FORM)

function picturesFrom(endpoint: Endpoint, path: string, form?: FormRules): ClientFormat {
  return {
    endpoint,
    dialect: 'openai',
    suffixes: [path],
    guarded: new Set([
      'model',
      'prompt',
      'n',
      'size',
      'quality',
      'stream',
      'partial_images',
      'output_format',
      'frame_count',
      'svg',
      ...INPUT_PICTURES,
    ]),
    ...(form ? { form } : {}),
    read: (body, target) => readCall(endpoint, body, target),
    edits: (_call, _body, { model }) => (model === undefined ? {} : { model }),
    path: () => path,
    inputTexts: ({ prompt }) => stringsOf(prompt),
    answerReader: () => answerReaderBy(IMAGES_ANSWER),
    streamReader: (options) => streamReaderBy(IMAGES_STREAM, options),
    streamError,
  }
}
