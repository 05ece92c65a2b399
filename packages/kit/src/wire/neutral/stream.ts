import type { Usage } from '../usage.ts'
import type { Finish } from './answer.ts'
import type { Citation, ForeignPart, MediaPart, Seal } from './part.ts'
import type { ProviderError } from './provider-error.ts'

/**
 * An answer while it comes, in no dialect. The order is held by every reader, and relied on by every writer:
 * `start`, then for each part `open`, its deltas, `close`, then one `finish` for each choice, `usage` when it is known,
 * `end`. Parts of one choice never overlap in what a reader gives: where a dialect interleaves deltas of several parts
 * (parallel tool calls), they are told apart by `part`, and closed before `finish`. `error` may stand anywhere and is
 * followed by `end` alone.
 */
export type StreamEvent =
  | {
      readonly type: 'start'
      readonly id: string
      readonly model: string
      readonly createdAtSec: number
    }
  | { readonly type: 'open'; readonly choice: number; readonly part: number; readonly of: OpenedPart }
  | { readonly type: 'delta'; readonly choice: number; readonly part: number; readonly text: string }
  | { readonly type: 'cite'; readonly choice: number; readonly part: number; readonly citation: Citation }
  /** What seals a reasoning or a tool call: known when it is complete. */
  | { readonly type: 'seal'; readonly choice: number; readonly part: number; readonly seal: Seal }
  | { readonly type: 'close'; readonly choice: number; readonly part: number }
  | { readonly type: 'finish'; readonly choice: number; readonly finish: Finish }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'error'; readonly error: ProviderError }
  | { readonly type: 'end' }

/** An event of one choice. */
export type ChoiceEvent = Extract<StreamEvent, { choice: number }>

/** An event of one part. */
export type PartEvent = Extract<StreamEvent, { part: number }>

/** What kind of part begins. A delta is its text, or a piece of a tool call's arguments. */
export type OpenedPart =
  | { readonly type: 'text' | 'refusal' | 'reasoning' }
  | { readonly type: 'tool_call'; readonly id: string; readonly name: string; readonly custom?: true }
  /** Comes whole, without deltas. */
  | MediaPart
  | ForeignPart
