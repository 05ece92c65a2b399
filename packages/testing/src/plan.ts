import type { Refusal } from './behaviour.ts'
import type { Bill, ProviderUsage } from './prices.ts'
import type { Piece } from './text.ts'

/**
 * What is going to be answered, before the first byte of it: a dialect makes it from a request, and `perform` carries
 * it out, or as much of it as the behaviour and the client allow.
 */
export interface Plan {
  /** Absent where nothing is billed. */
  readonly bill?: Bill
  readonly inputTokens: number
  /** How much of the input is read from the prompt cache. */
  readonly cachedTokens: number
  /** How much of the rest is written to it, and for how long it is kept there. */
  readonly cacheWrite?: { readonly tokens: number; readonly hour: boolean }
  /** What the model will generate, for each choice. */
  readonly choices: readonly (readonly Piece[])[]
  /** What else is billed, as soon as the model has the request. */
  readonly besides?: Partial<ProviderUsage>
  /** The whole answer, as JSON text unless `contentType` says otherwise. */
  body(usage: ProviderUsage): string
  readonly contentType?: string
  /** The answer is the bytes that are made, sent as they are made. */
  readonly raw?: true
  /** How to say it as a stream, when one was asked for. */
  readonly stream?: StreamPlan
}

/** An event of a stream: its data, and its name in dialects that name their events. */
export interface StreamEvent {
  readonly name?: string
  readonly data: string
}

/** The events of a stream. */
export interface StreamPlan {
  /** Before anything is generated. */
  head(usage: ProviderUsage): readonly StreamEvent[]
  /** What is sent when a piece has been generated, which of a hidden one may be nothing. */
  chunk(choice: number, piece: Piece, usage: ProviderUsage): readonly StreamEvent[]
  /** After everything is generated. */
  tail(usage: ProviderUsage): readonly StreamEvent[]
  /** What closes the stream, in dialects that close it. */
  readonly done?: StreamEvent
  /** An error in the middle of it. */
  error(refusal: Refusal): StreamEvent
}

/** The answer of an endpoint where nothing is generated or billed. */
export function freeAnswer(answer: object): Plan {
  return { inputTokens: 0, cachedTokens: 0, choices: [], body: () => JSON.stringify(answer) }
}
