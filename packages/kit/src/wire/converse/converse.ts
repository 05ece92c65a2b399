import { answerReaderBy } from '../answer-reader.ts'
import type { Format } from '../format.ts'
import { stringsOf, textOfJson } from '../input-texts.ts'
import { isObject } from '../json.ts'
import { streamReaderBy } from '../stream-reader.ts'
import { readAnswer } from './answer-reader.ts'
import { readCall, STREAMS } from './call.ts'
import { CONVERSE_CARRIAGES } from './carriages.ts'
import { readError } from './errors.ts'
import { writeRequest } from './request-writer.ts'
import { CONVERSE_ANSWER, CONVERSE_STREAM } from './rules.ts'
import { streamDecoder } from './stream-decoder.ts'

/**
 * Bedrock's Converse and ConverseStream, in which AWS serves models of many makers:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html. No client of ours speaks it, so it is at
 * no path; its binary streams are read as events, each by its name, before they come here.
 */
export const converse: Format = {
  endpoint: 'converse',
  dialect: 'converse',
  suffixes: [],
  guarded: new Set(),
  read: readCall,
  edits: (_call, { inferenceConfig }, { maxOutputTokens }) =>
    maxOutputTokens === undefined
      ? {}
      : {
          inferenceConfig: {
            ...(isObject(inferenceConfig) ? inferenceConfig : {}),
            maxTokens: maxOutputTokens,
          },
        },
  path: ({ model, stream }) => `/model/${encodeURIComponent(model)}/${stream ? STREAMS : 'converse'}`,
  inputTexts: ({ system, messages, toolConfig }) => [
    ...textOfJson(toolConfig),
    ...stringsOf(system),
    ...stringsOf(messages),
  ],
  answerReader: () => answerReaderBy(CONVERSE_ANSWER),
  streamReader: (options) => streamReaderBy(CONVERSE_STREAM, options),
  // Nobody reads a stream of this dialect but ourselves.
  streamError: (error) => Buffer.from(`event: error\ndata: ${JSON.stringify(error)}\n\n`),
  serving: { carries: CONVERSE_CARRIAGES, writeRequest, readAnswer, streamDecoder, readError },
}
