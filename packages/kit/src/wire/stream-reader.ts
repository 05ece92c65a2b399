import type { JsonObject } from './json.ts'
import { eventData, eventFramer, splitEvents } from './sse.ts'
import { readEvents, type StreamedEvent, streamedEvent } from './streamed-event.ts'
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
  /** A run of whole events, and the events in it, from whoever has read them already and sends something else instead. */
  see(run: Buffer, events: readonly StreamedEvent[]): void
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

/** How a dialect's stream is read. Events without a mark are not parsed. */
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

  /** What of one event the client sees, having read it where it says anything. */
  const pass = (event: Buffer): Buffer | undefined => {
    const data = says(searchable(event), rules, reader) ? eventData(event) : undefined
    const isBareUsage = data !== undefined && readEvent(streamedEvent(data), rules, reader)
    return hideUsage && isBareUsage ? undefined : event
  }

  const note = (run: Buffer, text: string): void => {
    if (rules.generated) unread.push(run)
    if (finished < answers) finished += countIn(text, rules.finishMarks)
  }

  const readRun = (run: Buffer): Buffer | undefined => {
    const text = searchable(run)
    note(run, text)
    if (!says(text, rules, reader)) return run
    const events = splitEvents(run)
    const kept = events.flatMap((event) => pass(event) ?? [])
    if (kept.length === events.length) return run
    return kept.length === 0 ? undefined : Buffer.concat(kept)
  }

  // Fields and not getters, which V8 would keep among its old objects; see core/tap.
  const reader: Mutable<StreamReader> = {
    usage: undefined,
    overtaken: false,
    done: false,
    model: undefined,
    push(bytes) {
      const run = framer.push(bytes)
      return run && readRun(run)
    },
    see(run, events) {
      note(run, searchable(run))
      for (const event of events) readEvent(event, rules, reader)
    },
    end() {
      const rest = framer.rest()
      const last = rest && readRun(rest)
      reader.done ||= finished >= answers
      return last
    },
    takeGenerated() {
      const generated = generatedIn(
        rules,
        unread.flatMap(readEvents).flatMap(({ json }) => (json ? [json] : [])),
      )
      unread = []
      return generated
    },
  }
  return reader
}

type Mutable<Of> = { -readonly [Field in keyof Of]: Of[Field] }

/** What has been read of a stream. */
type Told = Mutable<Pick<StreamReader, 'usage' | 'overtaken' | 'done' | 'model'>>

/** Whether anything has to be read in a text of events: most show a few words, and are passed on as they are. */
function says(text: string, { usageMarks, terminalMark }: StreamRules, { usage, overtaken }: Told): boolean {
  return (
    (usage !== undefined && !overtaken) ||
    usageMarks.some((mark) => text.includes(mark)) ||
    (terminalMark !== undefined && text.includes(terminalMark))
  )
}

/** Reads one event; returns whether it says usage and nothing else. */
function readEvent({ data, json }: StreamedEvent, rules: StreamRules, told: Told): boolean {
  if (rules.isTerminal?.(data)) told.done = true
  const found = json && rules.usage(json, told.usage)
  if (!found) {
    if (json && told.usage && !told.overtaken) told.overtaken = generatedIn(rules, [json]).pieces > 0
    return false
  }
  told.usage = found
  told.overtaken = false
  told.model = rules.model(json) ?? told.model
  return rules.isBareUsage?.(json) ?? false
}

/** Bytes as a text that marks, which are ASCII, are looked for in: each search in the bytes would be a call out of JavaScript. */
function searchable(bytes: Buffer): string {
  return bytes.toString('latin1')
}

function countIn(text: string, marks: readonly string[]): number {
  let count = 0
  for (const mark of marks) {
    for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + mark.length)) count += 1
  }
  return count
}

function generatedIn(rules: StreamRules, events: readonly JsonObject[]): Generated {
  const byChoice = new Map<unknown, string>()
  let pieces = 0
  for (const event of events) {
    for (const [choice, texts] of rules.generated?.(event) ?? []) {
      for (const text of texts) {
        if (text === '') continue
        byChoice.set(choice, (byChoice.get(choice) ?? '') + text)
        pieces += 1
      }
    }
  }
  return { texts: [...byChoice.values()], pieces }
}
