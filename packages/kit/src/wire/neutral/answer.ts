import type { Usage } from '../usage.ts'
import type { Part } from './part.ts'

/** A complete answer, in no dialect. */
export interface Answer {
  /** The provider's own id of it. */
  readonly id: string
  /** The model that answered, as the provider names it. */
  readonly model: string
  /** When it was made, seconds since 1970. */
  readonly createdAtSec: number
  readonly choices: readonly [Choice, ...Choice[]]
  readonly usage: Usage | undefined
  readonly serviceTier?: string
}

export interface Choice {
  readonly parts: readonly Part[]
  readonly finish: Finish
}

/** Why a choice ended. */
export interface Finish {
  readonly reason: FinishReason
  /** The sequence of `stop` that was met, where the dialect tells. */
  readonly stopSequence?: string
}

/**
 * `stop`: it was done, or met a stop sequence · `length`: the cap or the context window · `tool_calls`: it waits for
 * results · `content_filter`: the provider withheld it · `refusal`: the model would not · `pause`: a provider's own tool
 * takes long, the client is to send the turn back · `error`: the provider failed in the middle.
 */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'refusal' | 'pause' | 'error'
