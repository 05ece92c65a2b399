import { answerReaderBy } from '../answer-reader.ts'
import type { ClientFormat } from '../format.ts'
import { streamReaderBy } from '../stream-reader.ts'
import { field, objectField, spellingOf } from './fields.ts'
import { GENERATE_STREAM } from './generate/rules.ts'
import { methodPath, modelOf, requireModel, resourceName } from './model-path.ts'
import { streamError } from './stream-error.ts'

/**
 * Gemini's countTokens, which generates nothing and is free: a request, and no tokens.
 * https://ai.google.dev/api/tokens
 */
export const count: ClientFormat = {
  endpoint: 'count',
  dialect: 'gemini',
  suffixes: [':countTokens'],
  guarded: new Set(['model', 'generateContentRequest', 'generate_content_request']),
  read(body, target) {
    const model = modelOf(body, target)
    const inner = objectField(body, 'generateContentRequest')
    if (inner) requireModel(inner, model, 'generateContentRequest.model')
    return {
      dialect: 'gemini',
      endpoint: 'count',
      model,
      stream: false,
      wantsUsage: false,
      maxOutputTokens: 0,
      choices: 1,
      inputBytes: 0,
      unboundedInput: false,
      audioInput: false,
      audioOutput: false,
      unpriced: [],
      structured: false,
    }
  },
  edits(_call, body, { model }) {
    if (model === undefined) return {}
    const resource = resourceName(model)
    const name = spellingOf(body, 'generateContentRequest')
    const inner = objectField(body, 'generateContentRequest')
    return {
      ...(field(body, 'model') === undefined ? {} : { model: resource }),
      ...(inner ? { [name]: { ...inner, model: resource } } : {}),
    }
  },
  path: ({ model }) => methodPath(model, 'countTokens'),
  inputTexts: () => [],
  answerReader: () =>
    answerReaderBy({
      usageField: 'totalTokens',
      modelField: 'modelVersion',
      usage: () => ({ input: 0, output: 0 }),
      texts: () => [],
    }),
  streamReader: (options) => streamReaderBy(GENERATE_STREAM, options),
  streamError,
}
