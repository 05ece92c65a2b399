import { answerReader } from '../wire/openai/answer.ts'
import { streamReader } from '../wire/openai/stream.ts'
import type { Usage } from '../wire/usage.ts'

/** An answer as it passes: what the client sees of it, and what it says about its cost. */
export interface Reading {
  /** Bytes of the answer; returns those that the client is to see now. */
  push(bytes: Buffer): Buffer | undefined
  /** The answer is over; returns what is left to send. */
  end(): Buffer | undefined
  readonly usage: Usage | undefined
  /** The model that the answer names. */
  readonly model: string | undefined
  /** The answer came to its own end, as its format has one. */
  readonly complete: boolean
  /** It shows what is generated while it is generated. */
  readonly streaming: boolean
  /** When the first and the last bytes came, ms; undefined while there were none. */
  readonly firstAtMs: number | undefined
  readonly lastAtMs: number | undefined
  /** The text generated since the last call, to be counted. */
  takeTexts(): string[]
}

/** Read a complete JSON answer. */
export function jsonReading(): Reading {
  const reader = answerReader()
  let facts: { usage?: Usage; model?: string } = {}
  let complete = false
  let taken = false
  return {
    push(bytes) {
      reader.push(bytes)
      return bytes
    },
    end() {
      facts = reader.end()
      complete = true
      return undefined
    },
    get usage() {
      return facts.usage
    },
    get model() {
      return facts.model
    },
    get complete() {
      return complete
    },
    streaming: false,
    firstAtMs: undefined,
    lastAtMs: undefined,
    takeTexts() {
      if (taken) return []
      taken = true
      return reader.texts()
    },
  }
}

/** Read a stream of events. `hideUsage`: the client did not ask for the usage chunk. */
export function eventReading(hideUsage: boolean): Reading {
  const reader = streamReader({ hideUsage })
  let firstAtMs: number | undefined
  let lastAtMs: number | undefined
  return {
    push(bytes) {
      lastAtMs = performance.now()
      firstAtMs ??= lastAtMs
      return reader.push(bytes)
    },
    end: () => reader.end(),
    get usage() {
      return reader.usage
    },
    get model() {
      return reader.model
    },
    get complete() {
      return reader.done
    },
    streaming: true,
    get firstAtMs() {
      return firstAtMs
    },
    get lastAtMs() {
      return lastAtMs
    },
    takeTexts: () => reader.takeTexts(),
  }
}
