import { isObject } from '../json.ts'
import { eventData, eventFramer, splitEvents } from '../sse.ts'
import type { Usage } from '../usage.ts'
import { generatedTexts } from './answer.ts'
import { readUsage } from './usage.ts'

/** Every usage object has it, and no string can contain it unescaped: events without it are not parsed. */
const USAGE_MARK = '"prompt_tokens"'
const DONE_MARK = '[DONE]'
/** A choice has come to its own end; while it runs, the value is null. */
const FINISH_MARKS = ['"finish_reason":"', '"finish_reason": "']

/** What was generated, as far as it was shown. */
export interface Generated {
  /** One text for each choice that has any: tokens do not reach from one into another. */
  readonly texts: readonly string[]
  /** Pieces that the texts came in; each was at least one token. */
  readonly pieces: number
}

/** A stream as it passes: forwards it, reads its usage, and keeps what would have to be counted without one. */
export interface StreamReader {
  /** Bytes from the provider, in any chunking; returns what the client is to see of them now. */
  push(bytes: Buffer): Buffer | undefined
  /** The stream is over: what is left to send. */
  end(): Buffer | undefined
  readonly usage: Usage | undefined
  /** More was generated after the usage had come: it was an early word, and not the last. */
  readonly overtaken: boolean
  /** The terminal event has come, or the answer's own end and then the stream's. */
  readonly done: boolean
  /** The model that answered, where the usage chunk names it. */
  readonly model: string | undefined
  /** What was generated since the last call: to be counted, when no usage has come. */
  takeGenerated(): Generated
}

export interface StreamReaderOptions {
  /** The client did not ask for the usage chunk: it is read, and not sent on. */
  readonly hideUsage: boolean
}

/** Read a stream of chat or text completions: https://platform.openai.com/docs/api-reference/chat-streaming */
export function streamReader({ hideUsage }: StreamReaderOptions): StreamReader {
  const framer = eventFramer()
  let unread: Buffer[] = []
  let finished = false

  /** What of one event the client sees, having read it. */
  const read = (event: Buffer): Buffer | undefined => {
    const data = eventData(event)
    if (data === undefined) return event
    if (data.trim() === DONE_MARK) {
      reader.done = true
      return event
    }
    const chunk = parse(data)
    const found = readUsage(chunk?.usage)
    if (!found) {
      overtake(event)
      return event
    }
    reader.usage = found
    reader.overtaken = false
    if (typeof chunk?.model === 'string') reader.model = chunk.model
    // The chunk that only carries usage has no choices; providers that add it to a real one are passed on.
    const bare = Array.isArray(chunk?.choices) && chunk.choices.length === 0
    return hideUsage && bare ? undefined : event
  }

  const overtake = (event: Buffer) => {
    if (reader.usage && !reader.overtaken) reader.overtaken = generatedIn([event]).pieces > 0
  }

  const readRun = (run: Buffer): Buffer | undefined => {
    unread.push(run)
    finished ||= FINISH_MARKS.some((mark) => run.indexOf(mark) !== -1)
    if (run.indexOf(USAGE_MARK) === -1) {
      const readable = (reader.usage && !reader.overtaken) || run.indexOf(DONE_MARK) !== -1
      if (readable) for (const event of splitEvents(run)) read(event)
      return run
    }
    const kept = splitEvents(run).flatMap((event) => read(event) ?? [])
    return kept.length === 0 ? undefined : Buffer.concat(kept)
  }

  // Fields and not getters, which V8 would keep among its old objects; see core/tap.
  const reader: { -readonly [Field in keyof StreamReader]: StreamReader[Field] } = {
    usage: undefined,
    overtaken: false,
    done: false,
    model: undefined,
    push(bytes) {
      const run = framer.push(bytes)
      return run && readRun(run)
    },
    end() {
      const rest = framer.rest()
      const last = rest && readRun(rest)
      reader.done ||= finished
      return last
    },
    takeGenerated() {
      const generated = generatedIn(unread.flatMap(splitEvents))
      unread = []
      return generated
    },
  }
  return reader
}

function parse(data: string): { usage?: unknown; choices?: unknown; model?: unknown } | undefined {
  try {
    const chunk: unknown = JSON.parse(data)
    return isObject(chunk) ? chunk : undefined
  } catch {
    return undefined
  }
}

function generatedIn(events: readonly Buffer[]): Generated {
  const byChoice = new Map<unknown, string>()
  let pieces = 0
  for (const event of events) {
    const choices = parse(eventData(event) ?? '')?.choices
    if (!Array.isArray(choices)) continue
    for (const choice of choices) {
      for (const text of generatedTexts(choice?.delta ?? choice)) {
        if (text === '') continue
        byChoice.set(choice?.index, (byChoice.get(choice?.index) ?? '') + text)
        pieces += 1
      }
    }
  }
  return { texts: [...byChoice.values()], pieces }
}

/** An error inside a stream that has begun; SDKs raise it. Ends with the terminal event. */
export function streamError(error: object): Buffer {
  return Buffer.from(`data: ${JSON.stringify(error)}\n\ndata: [DONE]\n\n`)
}
