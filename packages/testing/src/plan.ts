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
  readonly cachedTokens: number
  /** What the model will generate, for each choice. */
  readonly choices: readonly (readonly Piece[])[]
  /** The whole answer as JSON text. */
  body(usage: ProviderUsage): string
  /** How to say it as a stream, when one was asked for. */
  readonly stream?: StreamPlan
}

/** The events of a stream; each string is the data of one. */
export interface StreamPlan {
  /** Before anything is generated. */
  readonly head: readonly string[]
  chunk(choice: number, piece: Piece): string
  /** After everything is generated. */
  tail(usage: ProviderUsage): readonly string[]
  /** What closes the stream. */
  readonly done: string
}
