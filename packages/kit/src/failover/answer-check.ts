import type { IncomingHttpHeaders } from 'node:http'
import type { Dialect } from '../core/dialect.ts'
import { isObject, type JsonObject, parseObject } from '../wire/json.ts'
import { eventData, eventFramer, isEventStream, splitEvents } from '../wire/sse.ts'
import { failureOfAnswer } from './classify.ts'
import type { Failure } from './failure.ts'

/** Looks at how a 2xx begins, before its client sees any of it: some are no answers. */
export interface AnswerCheck {
  /** More of the body. `good`: it is an answer, as far as can be told; `unsure`: keep what came, and show me more. */
  push(bytes: Buffer): Found
  /** That was all of it. */
  end(): Exclude<Found, 'unsure'>
}

export type Found = 'good' | 'unsure' | Failure

export interface CheckedAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly dialect: Dialect
  readonly nowMs: number
}

/** The most that is kept back of an answer that is not complete, bytes. */
export const MAX_CHECKED_BYTES: number = 4 * 1024 * 1024

/**
 * A stream is good from its first event, unless that says an error; JSON, which is kept back until it is complete at any
 * rate, when it begins and ends as JSON does and is no error. Anything else is good from its first byte, but for a page of
 * HTML: that is what stands in a provider's way.
 */
export function answerCheck(answer: CheckedAnswer): AnswerCheck {
  const type = answer.headers['content-type'] ?? ''
  if (isEventStream(type)) return eventsCheck(answer)
  if (/^application\/json\b/i.test(type)) return jsonCheck(answer)
  if (/^text\/html\b/i.test(type)) return { push: () => MALFORMED, end: () => MALFORMED }
  return { push: () => 'good', end: () => EMPTY }
}

const MALFORMED: Failure = { kind: 'malformed', paid: true }
const EMPTY: Failure = { kind: 'empty', paid: true }

function eventsCheck(answer: CheckedAnswer): AnswerCheck {
  const framer = eventFramer()
  /** Comments keep a connection alive, and are no answer yet; a client may need them for the same reason. */
  const look = (run: Buffer): Exclude<Found, 'unsure'> => {
    const data = splitEvents(run)
      .map(eventData)
      .find((text) => text !== undefined)
    if (data === undefined) return 'good'
    if (data === '[DONE]') return EMPTY
    const event = data.includes('"error"') ? parseObject(data) : undefined
    return event && saysError(event) ? failureIn(event, answer) : 'good'
  }
  return {
    push(bytes) {
      const run = framer.push(bytes)
      return run ? look(run) : 'unsure'
    },
    end() {
      const rest = framer.rest()
      return rest && rest.toString('latin1').trim() !== '' ? look(rest) : EMPTY
    },
  }
}

/** Errors that come in place of an answer say so in their first field. */
const ERROR_WITHIN_BYTES = 64

function jsonCheck(answer: CheckedAnswer): AnswerCheck {
  const chunks: Buffer[] = []
  let size = 0
  return {
    push(bytes) {
      chunks.push(bytes)
      size += bytes.length
      return size > MAX_CHECKED_BYTES ? 'good' : 'unsure'
    },
    end() {
      const first = firstByte(chunks)
      if (first === undefined) return EMPTY
      if (!OPENS.has(first) || !CLOSES.has(lastByte(chunks)!)) return MALFORMED
      if (!headOf(chunks).includes('"error"')) return 'good'
      const body = parseObject(Buffer.concat(chunks).toString('utf8'))
      if (!body) return MALFORMED
      return saysError(body) ? failureIn(body, answer) : 'good'
    },
  }
}

function headOf([first, ...others]: readonly Buffer[]): Buffer {
  const enough = first!.length >= ERROR_WITHIN_BYTES ? first! : Buffer.concat([first!, ...others])
  return enough.subarray(0, ERROR_WITHIN_BYTES)
}

const OPENS: ReadonlySet<number> = new Set(Buffer.from('{['))
const CLOSES: ReadonlySet<number> = new Set(Buffer.from('}]'))
const SPACES: ReadonlySet<number> = new Set(Buffer.from(' \t\r\n'))
const isNoSpace = (byte: number) => !SPACES.has(byte)

function firstByte(chunks: readonly Buffer[]): number | undefined {
  for (const chunk of chunks) {
    const byte = chunk.find(isNoSpace)
    if (byte !== undefined) return byte
  }
  return undefined
}

function lastByte(chunks: readonly Buffer[]): number | undefined {
  for (let index = chunks.length - 1; index >= 0; index -= 1) {
    const byte = chunks[index]!.findLast(isNoSpace)
    if (byte !== undefined) return byte
  }
  return undefined
}

/** Every dialect's error has an object, or a text, of that name. */
function saysError({ error }: JsonObject): boolean {
  return isObject(error) || (typeof error === 'string' && error !== '')
}

/** What it would have meant as a status: resellers say the real one inside. */
function failureIn(body: JsonObject, { status, headers, dialect, nowMs }: CheckedAnswer): Failure {
  const code = isObject(body.error) ? body.error.code : undefined
  const real = typeof code === 'number' && code >= 400 && code < 600 ? code : undefined
  const said = { headers, dialect, body: Buffer.from(JSON.stringify(body)) }
  const failure = failureOfAnswer({ ...said, status: real ?? status }, nowMs)
  return { ...failure, status, paid: true }
}
