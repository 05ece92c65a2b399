import { type AnswerRules, answerReaderBy } from '../answer-reader.ts'
import type { ClientFormat } from '../format.ts'
import { modelName } from '../model-name.ts'
import { streamReaderBy } from '../stream-reader.ts'
import { requireMessages } from './messages/call.ts'
import { inputTexts } from './messages/input-texts.ts'
import { messagesStream } from './messages/rules.ts'
import { streamError } from './stream-error.ts'

/** Its answer is a number: nothing was generated, and nothing read that would be billed. */
const COUNT_ANSWER: AnswerRules = {
  usageField: 'input_tokens',
  modelField: 'model',
  usage: (value) => (typeof value === 'number' ? { input: 0, output: 0 } : undefined),
  texts: () => [],
}

/** How long a request would be, free of charge: https://platform.claude.com/docs/en/build-with-claude/token-counting */
export const countTokens: ClientFormat = {
  endpoint: 'count_tokens',
  dialect: 'anthropic',
  suffixes: ['/v1/messages/count_tokens'],
  guarded: new Set(['model', 'messages']),
  read(body) {
    const model = modelName(body.model, 'model')
    requireMessages(body)
    return {
      dialect: 'anthropic',
      endpoint: 'count_tokens',
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
  edits: (_call, _body, { model }) => (model === undefined ? {} : { model }),
  path: () => '/v1/messages/count_tokens',
  inputTexts,
  answerReader: () => answerReaderBy(COUNT_ANSWER),
  streamReader: (options) => streamReaderBy(messagesStream(), options),
  streamError,
}
