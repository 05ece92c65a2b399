import type { IncomingHttpHeaders } from 'node:http'
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
export interface Translation extends AnswerTranslator {
  /** Reads what the provider says, which tells what it costs; absent for an error. */
  readonly reading: Reading | undefined
}

/** How an answer with this head is given to the client. */
export function translationOf(
  call: TranslatedCall,
  asked: AskedWhen,
  status: number,
  headers: IncomingHttpHeaders,
): Translation {
  if (status < 200 || status > 299)
    return { ...errorTranslator(call, status, asked.requestId), reading: undefined }
  return isEventStream(headers['content-type']) ? ofEvents(call, asked) : ofJson(call, asked)
}

/** Each event is read once, for what it says and for what it costs. */
function ofEvents(call: TranslatedCall, asked: AskedWhen): Translation {
  const reading = eventReading(call.to, false)
  const { contentType, push, end } = translatorFor(call, asked, 'events', reading.see)
  return {
    contentType,
    push,
    end() {
      try {
        return end()
      } finally {
        reading.end()
      }
    },
    reading,
  }
}

function ofJson(call: TranslatedCall, asked: AskedWhen): Translation {
  const reading = jsonReading(call.to)
  const { contentType, push, end } = translatorFor(call, asked, 'json')
  return {
    contentType,
    push(bytes) {
      reading.push(bytes)
      return push(bytes)
    },
    end() {
      reading.end()
      return end()
    },
    reading,
  }
}
