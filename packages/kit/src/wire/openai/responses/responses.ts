import { answerReaderBy } from '../../answer-reader.ts'
import type { ClientFormat } from '../../format.ts'
import { stringsOf, textOfJson } from '../../input-texts.ts'
import { streamReaderBy } from '../../stream-reader.ts'
import { readError, writeError } from '../errors.ts'
import { readAnswer } from './answer-reader.ts'
import { writeAnswer } from './answer-writer.ts'
import { readCall } from './call.ts'
import { RESPONSES_CARRIAGES } from './carriages.ts'
import { readRequest } from './request-reader.ts'
import { writeRequest } from './request-writer.ts'
import { RESPONSES_ANSWER, RESPONSES_STREAM } from './rules.ts'
import { streamDecoder } from './stream-decoder.ts'
import { streamEncoder } from './stream-encoder.ts'
import { streamError } from './stream-error.ts'

/** OpenAI's Responses, which the AI SDK and Codex speak: https://platform.openai.com/docs/api-reference/responses */
export const responses: ClientFormat = {
  endpoint: 'responses',
  dialect: 'openai',
  suffixes: ['/responses'],
  guarded: new Set([
    'model',
    'input',
    'instructions',
    'max_output_tokens',
    'stream',
    'tools',
    'service_tier',
    'reasoning',
    'background',
    'previous_response_id',
    'conversation',
    'prompt',
    'context_management',
  ]),
  read: readCall,
  edits: (_call, _body, { model, maxOutputTokens }) => ({
    ...(model === undefined ? {} : { model }),
    ...(maxOutputTokens === undefined ? {} : { max_output_tokens: maxOutputTokens }),
  }),
  path: () => '/responses',
  inputTexts: ({ input, instructions, tools, text }) => [
    ...textOfJson(tools, text),
    ...stringsOf(instructions),
    ...stringsOf(input),
  ],
  answerReader: () => answerReaderBy(RESPONSES_ANSWER),
  streamReader: (options) => streamReaderBy(RESPONSES_STREAM, options),
  streamError,
  translation: {
    carries: RESPONSES_CARRIAGES,
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
