import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TollgateError } from '../../core/errors.ts'
import { nanoToUsd } from '../../core/money.ts'
import { errorBodyOf } from '../../core/refuse.ts'
import { cutShort, transform } from '../../core/tap.ts'
import { extending } from '../../toll/extending.ts'
import { eventReading, jsonReading, type Reading, soundReading } from '../../toll/reading.ts'
import { servedFormat } from '../../toll/served-format.ts'
import { chargeOn, type Toll } from '../../toll/toll.ts'
import type { ReceivedCall } from '../../wire/received-call.ts'
import { isEventStream } from '../../wire/sse.ts'
import { settleAtFlush } from './settle.ts'
import { countingOf, type Watch, watched } from './watched.ts'

/** Read the answer of a request as it passes, follow it where its reservation grows, and settle it before its last byte. */
export function watchAnswer(req: IncomingMessage, res: ServerResponse, toll: Toll): void {
  const seen: Watch = { passing: undefined, reading: undefined, counting: undefined, extending: undefined }
  watched.set(req, seen)
  const observe = () => {
    // A client that does not read keeps us from reading, and not the provider from generating.
    void seen.extending?.ask()
    return countingOf(seen, toll).observed()
  }
  // By its name, as in core/tap and for its reason.
  toll.observe = observe
  let events = false
  transform(res, {
    head(response) {
      const kind = answerKind(response)
      events = kind === 'events' && toll.received !== undefined
      if (toll.received && kind) {
        seen.passing = toll.reading ? undefined : readingOf(toll, toll.received, kind)
        seen.reading = toll.reading ?? seen.passing
        seen.counting = undefined
        seen.extending = extending(toll, seen.reading, () => countingOf(seen, toll), {
          blocked: () => res.writableNeedDrain,
          cut: (refusal) => cut(req, res, toll, refusal),
        })
      }
      if (kind === 'events') response.removeHeader('content-length')
      return kind === 'json' ? 'hold' : 'pass'
    },
    chunk: (bytes) => (seen.passing ? seen.passing.push(bytes) : bytes),
    wait: () => seen.extending?.ask(),
    flush() {
      const rest = seen.passing?.end()
      settleAtFlush(req, res, toll, seen.reading)
      return events ? withComment(rest, toll) : rest
    },
  })
}

function readingOf(toll: Toll, received: ReceivedCall, kind: AnswerKind): Reading | undefined {
  const { stream, wantsUsage, media } = received
  const format = servedFormat(toll, received)
  if (kind === 'json') return jsonReading(format)
  if (kind === 'sound') return media?.kind === 'speech' ? soundReading(media.format) : undefined
  // Pictures end one by one; the choices of a text end together.
  return eventReading(format, stream && !wantsUsage, media?.kind === 'pictures' ? media.count : 1)
}

type AnswerKind = 'json' | 'events' | 'sound'

/** What an answer is, when its usage can be read. */
function answerKind(res: ServerResponse): AnswerKind | undefined {
  if (res.statusCode < 200 || res.statusCode > 299 || res.getHeader('content-encoding')) return undefined
  const header = res.getHeader('content-type')
  if (isEventStream(header)) return 'events'
  const type = String(header).toLowerCase()
  if (type.startsWith('audio/')) return 'sound'
  return type.startsWith('application/json') ? 'json' : undefined
}

/** The budget has no more for an answer that has begun: the provider is let go, and the client told why, in its dialect. */
function cut(req: IncomingMessage, res: ServerResponse, toll: Toll, refusal: TollgateError): void {
  if (toll.stopped || res.closed) return
  toll.stopped = true
  toll.onStopped()
  cutShort(res, toll.received!.format.streamError(errorBodyOf(req, refusal)))
}

/** A stream's headers are out long before its cost is known: it is said in a comment, which every SSE reader skips. */
function withComment(rest: Buffer | undefined, toll: Toll): Buffer | undefined {
  const charged = chargeOn(toll)
  if (!charged) return rest
  const comment = Buffer.from(`: tollgate cost-usd=${nanoToUsd(charged.nanoUsd)}\n\n`)
  return rest ? Buffer.concat([rest, comment]) : comment
}
