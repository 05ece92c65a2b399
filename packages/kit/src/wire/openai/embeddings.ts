import { answerReaderBy } from '../answer-reader.ts'
import type { ClientFormat } from '../format.ts'
import { stringsOf, tokenIdsOf } from '../input-texts.ts'
import { invalid } from '../json.ts'
import type { Quirks } from '../quirks.ts'
import { streamReaderBy } from '../stream-reader.ts'
import { completionAnswer, completionStream } from './completion-rules.ts'
import { EMBEDDINGS_TRANSLATION } from './embedding-translation.ts'
import { asksForTier, modelOf } from './shared-fields.ts'
import { streamError } from './stream-error.ts'

/** OpenAI's Embeddings: https://platform.openai.com/docs/api-reference/embeddings */
export const embeddings: ClientFormat = embeddingsWith({})

function embeddingsWith(quirks: Quirks): ClientFormat {
  return {
    endpoint: 'embeddings',
    dialect: 'openai',
    suffixes: ['/embeddings'],
    guarded: new Set(['model', 'input', 'service_tier']),
    read(body, { bytes }) {
      const model = modelOf(body)
      if (body.input === undefined || body.input === null) throw invalid('input', '`input` is missing.')
      return {
        dialect: 'openai',
        endpoint: 'embeddings',
        model,
        stream: false,
        wantsUsage: false,
        choices: 1,
        inputBytes: bytes,
        unboundedInput: false,
        audioInput: false,
        audioOutput: false,
        unpriced: asksForTier(body) ? ['service_tier'] : [],
        structured: false,
      }
    },
    edits: (_call, _body, { model }) => (model === undefined ? {} : { model }),
    path: () => '/embeddings',
    inputTexts: ({ input }) => stringsOf(input),
    inputTokenIds: ({ input }) => tokenIdsOf(input),
    answerReader: () => answerReaderBy(completionAnswer(quirks.usage)),
    streamReader: (options) => streamReaderBy(completionStream(quirks.usage), options),
    streamError,
    embedding: EMBEDDINGS_TRANSLATION,
    withQuirks: embeddingsWith,
  }
}
