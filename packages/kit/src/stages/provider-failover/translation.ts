import type { IncomingHttpHeaders } from 'node:http'
import { Transform } from 'node:stream'
import { eventReading, jsonReading, type Reading } from '../../toll/reading.ts'
import { isEventStream } from '../../wire/sse.ts'
import {
  type AnswerTranslator,
  type AskedWhen,
  errorTranslator,
  translatorFor,
} from '../../wire/translate-answer.ts'
import type { TranslatedCall } from '../../wire/translate-call.ts'

/** What stands between a provider's answer and a client of another dialect. */
export interface Translation {
  readonly contentType: string
  readonly stream: Transform
  /** Reads the provider's own bytes, which say what they cost; absent for an error. */
  readonly reading: Reading | undefined
}

/** How an answer with this head is given to the client. */
export function translationOf(
  call: TranslatedCall,
  asked: AskedWhen,
  status: number,
  headers: IncomingHttpHeaders,
): Translation {
  if (status < 200 || status > 299) {
    const translator = errorTranslator(call, status, asked.requestId)
    return {
      contentType: translator.contentType,
      stream: streamOf(translator, undefined),
      reading: undefined,
    }
  }
  const comesAs = isEventStream(headers['content-type']) ? 'events' : 'json'
  const reading = comesAs === 'events' ? eventReading(call.to, false) : jsonReading(call.to)
  const translator = translatorFor(call, asked, comesAs)
  return { contentType: translator.contentType, stream: streamOf(translator, reading), reading }
}

function streamOf(translator: AnswerTranslator, reading: Reading | undefined): Transform {
  return new Transform({
    transform(bytes: Buffer, _, done) {
      reading?.push(bytes)
      handOver(() => translator.push(bytes), done)
    },
    flush(done) {
      reading?.end()
      handOver(() => translator.end(), done)
    },
  })
}

/** What a translator cannot read is the provider's fault. */
function handOver(
  translate: () => Buffer | undefined,
  done: (error: Error | null, bytes?: Buffer) => void,
): void {
  let bytes: Buffer | undefined
  try {
    bytes = translate()
  } catch (error) {
    return done(error as Error)
  }
  done(null, bytes)
}
