import { type JsonObject, parseObject } from './json.ts'
import { eventData, eventFramer, splitEvents } from './sse.ts'
import type { Usage } from './usage.ts'

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
  /** The model that answered, where an event that was read names it. */
  readonly model: string | undefined
  /** What was generated since the last call: to be counted, when no usage has come. */
  takeGenerated(): Generated
}

/** How a dialect's stream is read. Marks are looked for in bytes: events without one are not parsed. */
export interface StreamRules {
  /** Stand in every event that says usage, and in no string, which would have their quotes escaped. */
  readonly usageMarks: readonly string[]
  /** Stands in the terminal event; absent where the stream just ends. */
  readonly terminalMark?: string
  /** Whether an event with the terminal mark is the terminal one. */
  isTerminal?(data: string): boolean
  /** Stand in the event that says why an answer ended: behind it, a stream that stops was not cut. */
  readonly finishMarks: readonly string[]
  /** The usage that an event says, on top of what earlier ones said; undefined when it says none. */
  usage(event: JsonObject, known: Usage | undefined): Usage | undefined
  model(event: JsonObject): string | undefined
  /** Whether an event carries usage and nothing else: the client may not have asked for it. */
  isBareUsage?(event: JsonObject): boolean
  /** What an event shows of an answer: its choice's name, and the texts that were generated for it; absent where none is text. */
  generated?(event: JsonObject): Iterable<readonly [choice: unknown, texts: readonly string[]]>
}

export interface StreamReaderOptions {
  /** The client did not ask for the usage chunk: it is read, and not sent on. */
  readonly hideUsage: boolean
  /** How many answers come in it, where each has an end of its own; 1 by default. */
  readonly answers?: number
}

/** Read a stream by the rules of its dialect. */
export function streamReaderBy(
  rules: StreamRules,
  { hideUsage, answers = 1 }: StreamReaderOptions,
): StreamReader {
  const framer = eventFramer()
  let unread: Buffer[] = []
  let finished = 0

  /** What of one event the client sees, having read it. */
  const read = (event: Buffer): Buffer | undefined => {
    const data = eventData(event)
    if (data === undefined) return event
    if (rules.isTerminal?.(data)) reader.done = true
    const parsed = parseObject(data)
    const found = parsed && rules.usage(parsed, reader.usage)
    if (!found) {
      overtake(event)
      return event
    }
    reader.usage = found
    reader.overtaken = false
    reader.model = rules.model(parsed) ?? reader.model
    return hideUsage && rules.isBareUsage?.(parsed) ? undefined : event
  }

  const overtake = (event: Buffer) => {
    if (reader.usage && !reader.overtaken) reader.overtaken = generatedIn(rules, [event]).pieces > 0
  }

  const readRun = (run: Buffer): Buffer | undefined => {
    if (rules.generated) unread.push(run)
    if (finished < answers) finished += countIn(run, rules.finishMarks)
    if (!has(run, rules.usageMarks)) {
      const ends = rules.terminalMark !== undefined && run.indexOf(rules.terminalMark) !== -1
      if (ends || (reader.usage && !reader.overtaken)) for (const event of splitEvents(run)) read(event)
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
      reader.done ||= finished >= answers
      return last
    },
    takeGenerated() {
      const generated = generatedIn(rules, unread.flatMap(splitEvents))
      unread = []
      return generated
    },
  }
  return reader
}

function has(run: Buffer, marks: readonly string[]): boolean {
  return marks.some((mark) => run.indexOf(mark) !== -1)
}

function countIn(run: Buffer, marks: readonly string[]): number {
  let count = 0
  for (const mark of marks) {
    for (let at = run.indexOf(mark); at !== -1; at = run.indexOf(mark, at + mark.length)) count += 1
  }
  return count
}

function generatedIn(rules: StreamRules, events: readonly Buffer[]): Generated {
  const byChoice = new Map<unknown, string>()
  let pieces = 0
  for (const event of events) {
    const parsed = parseObject(eventData(event) ?? '')
    if (!parsed) continue
    for (const [choice, texts] of rules.generated?.(parsed) ?? []) {
      for (const text of texts) {
        if (text === '') continue
        byChoice.set(choice, (byChoice.get(choice) ?? '') + text)
        pieces += 1
      }
    }
  }
  return { texts: [...byChoice.values()], pieces }
}
