import type { Format } from '../wire/format.ts'
import { soundMeter } from '../wire/openai/sound.ts'
import type { Generated } from '../wire/stream-reader.ts'
import type { StreamedEvent } from '../wire/streamed-event.ts'
import type { Usage } from '../wire/usage.ts'

/** An answer as it passes: what the client sees of it, and what it says about its cost. */
export interface Reading {
  /** Bytes of the answer; returns those that the client is to see now. */
  push(bytes: Buffer): Buffer | undefined
  /** The answer is over; returns what is left to send. */
  end(): Buffer | undefined
  readonly usage: Usage | undefined
  /** More was generated after the usage had come. */
  readonly overtaken: boolean
  /** The model that the answer names. */
  readonly model: string | undefined
  /** The answer came to its own end, as its format has one. */
  readonly complete: boolean
  /** The provider works on behind the answer: no usage will come. */
  readonly goesOn: boolean
  /** It shows what is generated while it is generated. */
  readonly streaming: boolean
  /** When the first and the last bytes came, ms; undefined while there were none. */
  readonly firstAtMs: number | undefined
  readonly lastAtMs: number | undefined
  /** What was generated since the last call, to be counted. */
  takeGenerated(): Generated
  /** How long the sound that has come plays, ms; undefined where there is none, or its format does not tell. */
  soundMs?(): number | undefined
}

/** A reading while it grows. Fields and not getters, which V8 would keep among its old objects; see core/tap. */
type Growing = { -readonly [Field in keyof Reading]: Reading[Field] }

/** Before its first byte. */
const UNREAD = {
  usage: undefined,
  overtaken: false,
  model: undefined,
  complete: false,
  goesOn: false,
  streaming: false,
  firstAtMs: undefined,
  lastAtMs: undefined,
}

/** Read a complete JSON answer. */
export function jsonReading(format: Format): Reading {
  const reader = format.answerReader()
  let taken = false
  const reading: Growing = {
    ...UNREAD,
    push(bytes) {
      reader.push(bytes)
      return bytes
    },
    end() {
      const { usage, model, goesOn = false } = reader.end()
      reading.usage = usage
      reading.model = model
      reading.goesOn = goesOn
      reading.complete = true
      return undefined
    },
    takeGenerated() {
      const texts = taken ? [] : reader.texts()
      taken = true
      return { texts, pieces: texts.length }
    },
  }
  return reading
}

/** Read sound, which says nothing of its cost but how long it is. */
export function soundReading(format: string): Reading {
  const meter = soundMeter(format)
  const reading: Growing = {
    ...UNREAD,
    push(bytes) {
      meter.push(bytes)
      return bytes
    },
    end() {
      reading.complete = true
      return undefined
    },
    takeGenerated: () => NOTHING_GENERATED,
    soundMs: meter.ms,
  }
  return reading
}

const NOTHING_GENERATED: Generated = { texts: [], pieces: 0 }

/** A reading that may be shown the events of a stream by whoever translates them, in place of the bytes. */
export interface EventReading extends Reading {
  see(run: Buffer, events: readonly StreamedEvent[]): void
}

/** Read a stream of events. `hideUsage`: the client did not ask for the usage chunk. `answers`: how many come in it. */
export function eventReading(format: Format, hideUsage: boolean, answers = 1): EventReading {
  const reader = format.streamReader({ hideUsage, answers })
  const reading: Growing & Pick<EventReading, 'see'> = {
    ...UNREAD,
    streaming: true,
    push(bytes) {
      noteTime()
      return noted(reader.push(bytes))
    },
    see(run, events) {
      noteTime()
      reader.see(run, events)
      noted(undefined)
    },
    end: () => noted(reader.end()),
    takeGenerated: () => reader.takeGenerated(),
  }
  function noteTime(): void {
    reading.lastAtMs = performance.now()
    reading.firstAtMs ??= reading.lastAtMs
  }
  /** What the reader has found comes with its bytes. */
  function noted(bytes: Buffer | undefined): Buffer | undefined {
    reading.usage = reader.usage
    reading.overtaken = reader.overtaken
    reading.model = reader.model
    reading.complete = reader.done
    return bytes
  }
  return reading
}
