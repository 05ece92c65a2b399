import { isObject, type JsonObject, parseObject } from '../json.ts'
import { eventData, eventFramer, splitEvents } from '../sse.ts'
import { type Made, type MadeOptions, madeIn } from './made-in.ts'

/** Reads an answer for what was stored, as its bytes pass. */
export interface MadeReader {
  push(bytes: Buffer): void
  /** All that was said until now, which may be more than was said before; undefined where there is nothing new. */
  take(): Made | undefined
  end(): void
}

/** Longer answers are no records of what is stored: 4 MiB, as much as is held back of any. */
const MAX_BYTES = 4 * 1024 * 1024

/** Read one JSON value. */
export function madeInJson(options: MadeOptions = {}): MadeReader {
  let chunks: Buffer[] = []
  let size = 0
  let made: Made | undefined
  return {
    push(bytes) {
      size += bytes.length
      if (size <= MAX_BYTES) chunks.push(bytes)
      else chunks = []
    },
    take() {
      const taken = made
      made = undefined
      return taken
    },
    end() {
      if (size > MAX_BYTES) return
      made = madeIn(parseObject(Buffer.concat(chunks).toString('utf8')), options)
    },
  }
}

/** Events that have a whole response or item in them, a container, or what was said aloud; and the first, which has an id. */
const TELLING =
  /"type":\s*"response\.(?:created|output_item\.done|completed|incomplete|failed)"|"container"|"audio"|"file_id"/

/**
 * Read a stream of events. What is made is known from its first event on, and long before its last, so that nobody can go on
 * with it before it has an owner.
 */
export function madeInEvents(): MadeReader {
  const framer = eventFramer()
  let begun = false
  let made: Made | undefined
  const read = (run: Buffer | undefined) => {
    for (const event of run ? splitEvents(run) : []) {
      const data = eventData(event)
      if (data === undefined || (begun && !TELLING.test(data))) continue
      const told = parseObject(data)
      begun ||= told !== undefined
      for (const part of told ? partsOf(told) : []) made = plus(made, madeIn(part))
    }
  }
  return {
    push: (bytes) => read(framer.push(bytes)),
    take() {
      const taken = made
      made = undefined
      return taken
    },
    end: () => read(framer.rest()),
  }
}

/** Where an event has what a whole answer has at its top. */
function partsOf(event: JsonObject): readonly JsonObject[] {
  const { response, item, message, delta, content_block: block, choices } = event
  if (isObject(response)) return [response]
  if (isObject(item)) return [{ output: [item] }]
  if (isObject(message)) return [{ container: message.container }]
  if (isObject(block)) return [{ content: [block] }]
  if (isObject(delta)) return [{ container: delta.container }]
  if (!Array.isArray(choices)) return []
  const heard = choices.filter(isObject).map((choice) => ({ message: choice.delta }))
  return [{ id: event.id, choices: heard }]
}

function plus(before: Made | undefined, { ids, tokens = before?.tokens }: Made): Made {
  return { ids: [...new Set([...(before?.ids ?? []), ...ids])], ...(tokens !== undefined && { tokens }) }
}
