import { answerReaderBy } from '../../answer-reader.ts'
import type { Endpoint } from '../../endpoint.ts'
import type { ClientFormat } from '../../format.ts'
import { stringsOf } from '../../input-texts.ts'
import { streamReaderBy } from '../../stream-reader.ts'
import { streamError } from '../stream-error.ts'
import { readCall } from './call.ts'
import { TRANSCRIPTION_ANSWER, TRANSCRIPTION_STREAM } from './rules.ts'

/** A recording as text: https://platform.openai.com/docs/api-reference/audio/createTranscription */
export const transcriptions: ClientFormat = textFrom('transcriptions', '/audio/transcriptions')

/** A recording as English text: https://platform.openai.com/docs/api-reference/audio/createTranslation */
export const translations: ClientFormat = textFrom('translations', '/audio/translations')

function textFrom(endpoint: Endpoint, path: string): ClientFormat {
  return {
    endpoint,
    dialect: 'openai',
    suffixes: [path],
    guarded: new Set(['model', 'stream', 'response_format']),
    form: { integers: [], booleans: ['stream'], orJson: false },
    read: (body) => readCall(endpoint, body),
    edits: (_call, _body, { model }) => (model === undefined ? {} : { model }),
    path: () => path,
    inputTexts: ({ prompt, keywords }) => stringsOf([prompt, keywords]),
    answerReader: () => answerReaderBy(TRANSCRIPTION_ANSWER),
    streamReader: (options) => streamReaderBy(TRANSCRIPTION_STREAM, options),
    streamError,
  }
}
