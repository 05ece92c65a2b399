import { answerReaderBy } from '../../answer-reader.ts'
import type { ClientFormat } from '../../format.ts'
import { stringsOf, textOfJson } from '../../input-texts.ts'
import type { Quirks } from '../../quirks.ts'
import { streamReaderBy } from '../../stream-reader.ts'
import { completionAnswer, completionStream } from '../completion-rules.ts'
import { readError, writeError } from '../errors.ts'
import { streamError } from '../stream-error.ts'
import { usageEdits } from '../usage-edits.ts'
import { readAnswer } from './answer-reader.ts'
import { writeAnswer } from './answer-writer.ts'
import { readCall } from './call.ts'
import { capEdits } from './cap-edits.ts'
import { readRequest } from './request-reader.ts'
import { writeRequest } from './request-writer.ts'
import { streamDecoder } from './stream-decoder.ts'
import { streamEncoder } from './stream-encoder.ts'
import { carriagesAt, takenAt } from './unsupported.ts'

/** OpenAI's Chat Completions, which most providers speak: https://platform.openai.com/docs/api-reference/chat */
export const chat: ClientFormat = chatWith({})

/** The same as a provider speaks it that has quirks. */
function chatWith(quirks: Quirks): ClientFormat {
  const { usage } = quirks
  const answerRules = completionAnswer(usage)
  const streamRules = completionStream(usage)
  return {
    endpoint: 'chat',
    dialect: 'openai',
    suffixes: ['/chat/completions'],
    guarded: new Set([
      'model',
      'messages',
      'max_tokens',
      'max_completion_tokens',
      'reasoning_effort',
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
      ...capEdits(body, maxOutputTokens, quirks),
      ...usageEdits(call, body, quirks),
    }),
    path: () => '/chat/completions',
    inputTexts: ({ messages, tools, functions, response_format }) => [
      ...textOfJson(tools, functions, response_format),
      ...stringsOf(messages),
    ],
    answerReader: () => answerReaderBy(answerRules),
    streamReader: (options) => streamReaderBy(streamRules, options),
    streamError,
    translation: {
      carries: carriagesAt(quirks),
      readRequest,
      writeRequest: (conversation) => takenAt(writeRequest(conversation), quirks),
      readAnswer: (body) => readAnswer(body, usage),
      writeAnswer,
      streamDecoder: () => streamDecoder(usage),
      streamEncoder,
      readError,
      writeError,
    },
    withQuirks: chatWith,
  }
}
