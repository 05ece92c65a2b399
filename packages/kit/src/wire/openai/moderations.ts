import { type AnswerRules, answerReaderBy } from '../answer-reader.ts'
import type { ClientFormat } from '../format.ts'
import { stringsOf } from '../input-texts.ts'
import { invalid, isObject } from '../json.ts'
import { modelName } from '../model-name.ts'
import { streamReaderBy } from '../stream-reader.ts'
import { COMPLETION_STREAM } from './completion-rules.ts'
import { streamError } from './stream-error.ts'
import { readUsage } from './usage.ts'

/** Whom OpenAI asks where a request names no model: https://platform.openai.com/docs/api-reference/moderations/create */
const USUAL_MODEL = 'omni-moderation-latest'

/** OpenAI says no usage, since nothing is billed; others who speak its dialect say what they read. */
const VERDICTS: AnswerRules = {
  usageField: 'usage',
  modelField: 'model',
  usage: readUsage,
  texts: () => [],
}

/** OpenAI's Moderations: https://platform.openai.com/docs/api-reference/moderations */
export const moderations: ClientFormat = {
  endpoint: 'moderations',
  dialect: 'openai',
  suffixes: ['/moderations'],
  guarded: new Set(['model', 'input']),
  read({ model, input }, { bytes }) {
    if (input === undefined || input === null) throw invalid('input', '`input` is missing.')
    return {
      dialect: 'openai',
      endpoint: 'moderations',
      model: modelName(model ?? USUAL_MODEL, 'model'),
      stream: false,
      wantsUsage: false,
      maxOutputTokens: 0,
      choices: 1,
      inputBytes: bytes,
      unboundedInput: Array.isArray(input) && input.some((part) => isObject(part) && part.type !== 'text'),
      audioInput: false,
      imageInput: Array.isArray(input) && input.some((part) => isObject(part) && part.type !== 'text'),
      audioOutput: false,
      unpriced: [],
      media: { kind: 'verdicts' },
      structured: false,
    }
  },
  edits: (_call, _body, { model }) => (model === undefined ? {} : { model }),
  path: () => '/moderations',
  inputTexts: ({ input }) => stringsOf(input),
  answerReader: () => answerReaderBy(VERDICTS),
  streamReader: (options) => streamReaderBy(COMPLETION_STREAM, options),
  streamError,
}
