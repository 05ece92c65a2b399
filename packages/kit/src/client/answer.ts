import { chargedHeaders, type TollHeaders } from '../toll/headers.ts'
import { jsonReading, soundReading } from '../toll/reading.ts'
import { REMAINING_HEADER } from '../toll/refusals.ts'
import { servedFormat } from '../toll/served-format.ts'
import { isEventStream } from '../wire/sse.ts'
import { governedStream } from './governed-stream.ts'
import type { Passage } from './passage.ts'

/** What is left to do with an answer whose head has come. */
export interface Arrival {
  readonly passage: Passage
  readonly signal: AbortSignal | undefined
  /** What was known of the toll before the call was sent. */
  readonly headers: TollHeaders
}

/**
 * Charge an answer for what it says, and return its equal: read whole and charged when it is JSON, charged as it is read
 * when it is a stream. What the provider refused costs nothing, and is returned as it came.
 */
export async function chargeAnswer(answer: Response, arrival: Arrival): Promise<Response> {
  if (!answer.ok) {
    await arrival.passage.end({ status: answer.status, whole: false })
    return answer
  }
  const isStream = isEventStream(answer.headers.get('content-type'))
  if (!isStream || !answer.body) return chargeWhole(answer, arrival)
  return equalOf(answer, governedStream(answer.body, arrival), arrival.headers)
}

async function chargeWhole(answer: Response, { passage, headers }: Arrival): Promise<Response> {
  const { toll } = passage
  const { status } = answer
  const { media } = toll.received!
  const format = servedFormat(toll, toll.received!)
  const isSound = media?.kind === 'speech' && answer.headers.get('content-type')?.startsWith('audio/')
  const reading = isSound ? soundReading(media.format) : jsonReading(format)
  passage.begin(reading)
  let bytes: Buffer
  try {
    bytes = Buffer.from(await answer.arrayBuffer())
  } catch (error) {
    await passage.end({ status, whole: false })
    throw error
  }
  reading.push(bytes)
  reading.end()
  await passage.end({ status, whole: true })
  const charged = chargedHeaders(toll, REMAINING_HEADER in headers)
  return equalOf(answer, answer.body && bytes, { ...headers, ...charged })
}

/** The same answer with a body that can be read again, and what is to be told of its toll. */
function equalOf(answer: Response, body: Buffer | ReadableStream | null, told: TollHeaders): Response {
  const headers = new Headers(answer.headers)
  // They describe the bytes on the wire; fetch has decoded these, and events may be missing.
  headers.delete('content-encoding')
  headers.delete('content-length')
  for (const [name, value] of Object.entries(told)) headers.set(name, value)
  const { status, statusText, url } = answer
  return Object.defineProperty(new Response(body, { status, statusText, headers }), 'url', { value: url })
}
