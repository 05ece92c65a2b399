import { answerReaderBy } from '../answer-reader.ts'
import type { Call } from '../call.ts'
import type { ClientFormat } from '../format.ts'
import { stringsOf } from '../input-texts.ts'
import { invalid, type JsonObject } from '../json.ts'
import { streamReaderBy } from '../stream-reader.ts'
import { EMBED_BATCH_TRANSLATION, EMBED_TRANSLATION } from './embedding-translation.ts'
import { field, objectField, objectsField } from './fields.ts'
import { GENERATE_STREAM } from './generate/rules.ts'
import { methodPath, modelOf, requireModel, resourceName } from './model-path.ts'
import { streamError } from './stream-error.ts'
import { readUsage } from './usage.ts'

/** What both of Gemini's ways to ask for embeddings share: https://ai.google.dev/api/embeddings */
const EMBED = {
  endpoint: 'embed',
  dialect: 'gemini',
  answerReader: () =>
    answerReaderBy({
      usageField: 'usageMetadata',
      modelField: 'modelVersion',
      // Models before gemini-embedding-2 say none: it is counted from the texts.
      usage: readUsage,
      texts: () => [],
    }),
  streamReader: (options) => streamReaderBy(GENERATE_STREAM, options),
  streamError,
} as const satisfies Partial<ClientFormat>

/** One embedding, of one content. */
export const embed: ClientFormat = {
  ...EMBED,
  suffixes: [':embedContent'],
  guarded: new Set(['model', 'content']),
  read: (body, target) => callOf(modelOf(body, target), [body], target.bytes),
  edits: (_call, body, { model }) =>
    model === undefined || field(body, 'model') === undefined ? {} : { model: resourceName(model) },
  path: ({ model }) => methodPath(model, 'embedContent'),
  inputTexts: (body) => textsOf([body]),
  embedding: EMBED_TRANSLATION,
}

/** Several at once, which is also how the SDKs ask for one: each request names the model again. */
export const embedBatch: ClientFormat = {
  ...EMBED,
  suffixes: [':batchEmbedContents'],
  guarded: new Set(['requests']),
  read(body, target) {
    const model = modelOf({}, target)
    const requests = objectsField(body, 'requests')
    for (const [index, request] of requests.entries())
      requireModel(request, model, `requests[${index}].model`)
    return callOf(model, requests, target.bytes)
  },
  edits(_call, body, { model }) {
    if (model === undefined) return {}
    const resource = resourceName(model)
    return { requests: objectsField(body, 'requests').map((request) => ({ ...request, model: resource })) }
  },
  path: ({ model }) => methodPath(model, 'batchEmbedContents'),
  inputTexts: (body) => textsOf(objectsField(body, 'requests')),
  embedding: EMBED_BATCH_TRANSLATION,
}

function partsOf(requests: readonly JsonObject[]): readonly JsonObject[] {
  return requests.flatMap((request) => objectsField(objectField(request, 'content') ?? {}, 'parts'))
}

/** What is embedded, and nothing around it: most models leave the counting to us. */
function textsOf(requests: readonly JsonObject[]): string[] {
  return stringsOf([...requests.map(({ title }) => title), ...partsOf(requests)])
}

function callOf(model: string, requests: readonly JsonObject[], bytes: number): Call {
  const parts = partsOf(requests)
  if (parts.length === 0) throw invalid('content', '`content` has at least one part.')
  const isText = parts.every((part) => Object.keys(part).every((name) => name === 'text'))
  return {
    dialect: 'gemini',
    endpoint: 'embed',
    model,
    stream: false,
    wantsUsage: false,
    // An embedding is no text: there is nothing that a cap could bound.
    maxOutputTokens: 0,
    choices: requests.length,
    inputBytes: bytes,
    unboundedInput: !isText,
    audioInput: !isText,
    imageInput: !isText,
    audioOutput: false,
    unpriced: [],
    structured: false,
  }
}
