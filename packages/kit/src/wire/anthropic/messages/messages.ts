import { TollgateError } from '../../../core/errors.ts'
import { answerReaderBy } from '../../answer-reader.ts'
import type { Call } from '../../call.ts'
import type { ClientFormat } from '../../format.ts'
import { streamReaderBy } from '../../stream-reader.ts'
import { readError, writeError } from '../errors.ts'
import { streamError } from '../stream-error.ts'
import { readAnswer } from './answer-reader.ts'
import { writeAnswer } from './answer-writer.ts'
import { readCall } from './call.ts'
import { MESSAGES_CARRIAGES } from './carriages.ts'
import { inputTexts } from './input-texts.ts'
import { readRequest } from './request-reader.ts'
import { writeRequest } from './request-writer.ts'
import { MESSAGES_ANSWER, messagesStream } from './rules.ts'
import { streamDecoder } from './stream-decoder.ts'
import { streamEncoder } from './stream-encoder.ts'

/** Anthropic's Messages: https://platform.claude.com/docs/en/api/messages */
export const messages: ClientFormat = {
  endpoint: 'messages',
  dialect: 'anthropic',
  suffixes: ['/v1/messages'],
  guarded: new Set([
    'model',
    'messages',
    'system',
    'max_tokens',
    'stream',
    'thinking',
    'tools',
    'output_config',
    'output_format',
    'service_tier',
    'speed',
    'inference_geo',
    'mcp_servers',
    'container',
    'thread',
    'fallbacks',
    'compaction',
    'context_management',
  ]),
  read: readCall,
  edits: (call, _body, { model, maxOutputTokens }) => ({
    ...(model === undefined ? {} : { model }),
    ...(maxOutputTokens === undefined ? {} : { max_tokens: cap(call, maxOutputTokens) }),
  }),
  // The SDK's own mark of beta features, whose names are in a header.
  path: ({ query }) => (query === 'beta=true' ? '/v1/messages?beta=true' : '/v1/messages'),
  inputTexts,
  answerReader: () => answerReaderBy(MESSAGES_ANSWER),
  streamReader: (options) => streamReaderBy(messagesStream(), options),
  streamError,
  translation: {
    carries: MESSAGES_CARRIAGES,
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

/** A budget of thinking must fit under the cap; a smaller cap would only be refused by the provider. */
function cap({ leastOutputTokens = 1 }: Call, maxOutputTokens: number): number {
  if (leastOutputTokens === 1 || maxOutputTokens >= leastOutputTokens) return maxOutputTokens
  throw new TollgateError('budget_exceeded', {
    param: 'thinking',
    message: `What is left of the budget pays for ${maxOutputTokens} output tokens, and \`thinking.budget_tokens\` asks for ${leastOutputTokens - 1}.`,
  })
}
