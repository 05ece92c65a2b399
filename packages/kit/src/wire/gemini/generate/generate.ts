import { answerReaderBy } from '../../answer-reader.ts'
import type { ClientFormat } from '../../format.ts'
import { stringsOf, textOfJson } from '../../input-texts.ts'
import { isObject, type JsonObject } from '../../json.ts'
import { streamReaderBy } from '../../stream-reader.ts'
import { readError, writeError } from '../errors.ts'
import { field, spellingOf } from '../fields.ts'
import { methodPath, resourceName } from '../model-path.ts'
import { streamError } from '../stream-error.ts'
import { readAnswer } from './answer-reader.ts'
import { writeAnswer } from './answer-writer.ts'
import { readCall, STREAMS } from './call.ts'
import { GENERATE_CARRIAGES } from './carriages.ts'
import { readRequest } from './request-reader.ts'
import { writeRequest } from './request-writer.ts'
import { GENERATE_ANSWER, GENERATE_STREAM } from './rules.ts'
import { streamDecoder } from './stream-decoder.ts'
import { streamEncoder } from './stream-encoder.ts'

/** Gemini's generateContent and its stream: https://ai.google.dev/api/generate-content. The path says which. */
export const generate: ClientFormat = {
  endpoint: 'generate',
  dialect: 'gemini',
  suffixes: [':generateContent', STREAMS],
  guarded: new Set([
    'model',
    'contents',
    'systemInstruction',
    'system_instruction',
    'generationConfig',
    'generation_config',
    'tools',
    'toolConfig',
    'tool_config',
    'cachedContent',
    'cached_content',
    'serviceTier',
    'service_tier',
  ]),
  read: readCall,
  edits: (_call, body, { model, maxOutputTokens }) => ({
    ...(model === undefined || field(body, 'model') === undefined ? {} : { model: resourceName(model) }),
    ...(maxOutputTokens === undefined ? {} : cappedConfig(body, maxOutputTokens)),
  }),
  path: ({ model, stream }) =>
    stream ? `${methodPath(model, 'streamGenerateContent')}?alt=sse` : methodPath(model, 'generateContent'),
  inputTexts(body) {
    const config = field(body, 'generationConfig')
    const schemas = isObject(config) ? SCHEMAS.map((name) => field(config, name)) : []
    return [
      ...textOfJson(body.tools, ...schemas),
      ...stringsOf(field(body, 'systemInstruction')),
      ...stringsOf(body.contents),
    ]
  },
  answerReader: () => answerReaderBy(GENERATE_ANSWER),
  streamReader: (options) => streamReaderBy(GENERATE_STREAM, options),
  streamError,
  translation: {
    carries: GENERATE_CARRIAGES,
    readRequest,
    writeRequest,
    readAnswer,
    writeAnswer,
    streamDecoder,
    streamEncoder,
    readError,
    writeError,
  },
}

const SCHEMAS = ['responseSchema', 'responseJsonSchema', 'responseFormat'] as const

/** The cap stands inside another field, beside what the client has set there, and in the client's own spelling. */
function cappedConfig(body: JsonObject, maxOutputTokens: number): JsonObject {
  const name = spellingOf(body, 'generationConfig')
  const config = isObject(body[name]) ? body[name] : {}
  return { [name]: { ...config, [spellingOf(config, 'maxOutputTokens')]: maxOutputTokens } }
}
