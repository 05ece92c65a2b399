import type { Call } from '../../call.ts'
import type { Endpoint } from '../../endpoint.ts'
import { textBytesOf } from '../../form.ts'
import { invalid, type JsonObject, optionalBoolean } from '../../json.ts'
import { modelOf } from '../shared-fields.ts'
import { recordingOf } from './recording.ts'

/** Read what it may cost to write a recording down: https://platform.openai.com/docs/api-reference/audio/createTranscription */
export function readCall(endpoint: Endpoint, body: JsonObject): Call {
  const files = filesIn(body)
  if (files.length === 0) throw invalid('file', '`file` is missing.')
  const stream = optionalBoolean(body, 'stream') ?? false
  return {
    dialect: 'openai',
    endpoint,
    model: modelOf(body),
    stream,
    wantsUsage: stream,
    choices: 1,
    // Samples of voices stand among the texts, in base64: they are read as well.
    inputBytes: textBytesOf(body),
    unboundedInput: true,
    audioInput: true,
    audioOutput: false,
    unpriced: [],
    media: recordingOf(files),
    structured: false,
  }
}

function filesIn(body: JsonObject): Buffer[] {
  return Object.values(body).flat().filter(Buffer.isBuffer)
}
