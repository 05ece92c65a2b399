import { answerReaderBy } from '../../answer-reader.ts'
import type { Format } from '../../format.ts'
import { stringsOf, textOfJson } from '../../input-texts.ts'
import { streamReaderBy } from '../../stream-reader.ts'
import { COMPLETION_ANSWER, COMPLETION_STREAM } from '../completion-rules.ts'
import { readError, writeError } from '../errors.ts'
import { usageOption } from '../shared-fields.ts'
import { streamError } from '../stream-error.ts'
import { readAnswer } from './answer-reader.ts'
import { writeAnswer } from './answer-writer.ts'
import { readCall } from './call.ts'
import { CHAT_CARRIAGES } from './carriages.ts'
import { readRequest } from './request-reader.ts'
import { writeRequest } from './request-writer.ts'
import { streamDecoder } from './stream-decoder.ts'
import { streamEncoder } from './stream-encoder.ts'

/** OpenAI's Chat Completions, which most providers speak: https://platform.openai.com/docs/api-reference/chat */
export const chat: Format = {
  endpoint: 'chat',
  dialect: 'openai',
  suffixes: ['/chat/completions'],
  guarded: new Set([
    'model',
    'messages',
    'max_tokens',
    'max_completion_tokens',
    'n',
    'stream',
    'stream_options',
    'modalities',
    'tools',
    'service_tier',
    'web_search_options',
    'prediction',
  ]),
  read: readCall,
  edits: (call, body, { model, maxOutputTokens }) => ({
    ...(model === undefined ? {} : { model }),
    // The field that the client has filled in, else the endpoint's current one.
    ...(maxOutputTokens === undefined
      ? {}
      : {
          [typeof body.max_tokens === 'number' ? 'max_tokens' : 'max_completion_tokens']: maxOutputTokens,
        }),
    ...(call.stream && !call.wantsUsage ? usageOption(body) : {}),
  }),
  path: () => '/chat/completions',
  inputTexts: ({ messages, tools, functions, response_format }) => [
    ...textOfJson(tools, functions, response_format),
    ...stringsOf(messages),
  ],
  answerReader: () => answerReaderBy(COMPLETION_ANSWER),
  streamReader: (options) => streamReaderBy(COMPLETION_STREAM, options),
  streamError,
  translation: {
    carries: CHAT_CARRIAGES,
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
