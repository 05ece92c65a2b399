import { answerReaderBy } from '../answer-reader.ts'
import type { Call } from '../call.ts'
import type { ClientFormat, Target } from '../format.ts'
import { stringsOf, tokenIdsOf } from '../input-texts.ts'
import { invalid, type JsonObject } from '../json.ts'
import type { Quirks } from '../quirks.ts'
import { streamReaderBy } from '../stream-reader.ts'
import { completionAnswer, completionStream } from './completion-rules.ts'
import { asksForTier, capOf, choicesOf, modelOf, streamOf } from './shared-fields.ts'
import { streamError } from './stream-error.ts'
import { usageEdits } from './usage-edits.ts'

/** Completions without a cap stop here: https://platform.openai.com/docs/api-reference/completions/create */
const DEFAULT_MAX_TOKENS = 16

/** OpenAI's Completions, of texts rather than conversations: https://platform.openai.com/docs/api-reference/completions */
export const completions: ClientFormat = completionsWith({})

function completionsWith(quirks: Quirks): ClientFormat {
  return {
    endpoint: 'completions',
    dialect: 'openai',
    suffixes: ['/completions'],
    guarded: new Set([
      'model',
      'prompt',
      'max_tokens',
      'n',
      'best_of',
      'stream',
      'stream_options',
      'service_tier',
    ]),
    read: readCall,
    edits: (call, body, { model, maxOutputTokens }) => ({
      ...(model === undefined ? {} : { model }),
      ...(maxOutputTokens === undefined ? {} : { max_tokens: maxOutputTokens }),
      ...usageEdits(call, body, quirks),
    }),
    path: () => '/completions',
    inputTexts: ({ prompt, suffix }) => stringsOf([prompt, suffix]),
    inputTokenIds: ({ prompt }) => tokenIdsOf(prompt),
    answerReader: () => answerReaderBy(completionAnswer(quirks.usage)),
    streamReader: (options) => streamReaderBy(completionStream(quirks.usage), options),
    streamError,
    withQuirks: completionsWith,
  }
}

function readCall(body: JsonObject, { bytes }: Target): Call {
  const model = modelOf(body)
  const { prompt } = body
  if (prompt === undefined || prompt === null) throw invalid('prompt', '`prompt` is missing.')
  const isList = Array.isArray(prompt) && !prompt.every((token) => typeof token === 'number')
  const prompts = isList ? prompt.length : 1
  return {
    dialect: 'openai',
    endpoint: 'completions',
    model,
    ...streamOf(body),
    maxOutputTokens: capOf(body, 'max_tokens') ?? DEFAULT_MAX_TOKENS,
    choices: prompts * Math.max(choicesOf(body, 'n'), choicesOf(body, 'best_of')),
    inputBytes: bytes,
    unboundedInput: false,
    audioInput: false,
    audioOutput: false,
    unpriced: asksForTier(body) ? ['service_tier'] : [],
    structured: false,
  }
}
