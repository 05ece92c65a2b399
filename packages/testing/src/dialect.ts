import type { IncomingHttpHeaders } from 'node:http'
import type { Behaviour, Refusal } from './behaviour.ts'
import type { CountInput } from './count-input.ts'
import type { AwsKeys } from './hosts/aws-signature.ts'
import type { Entry } from './log.ts'
import type { Plan, StreamEvent } from './plan.ts'
import type { Bill } from './prices.ts'
import type { StoredInput } from './stored-input.ts'

/** The languages that the simulated provider speaks. */
export type Dialect = 'openai' | 'anthropic' | 'gemini'

/** What a dialect is given to answer with. */
export interface Asked {
  readonly entry: Entry
  readonly behaviour: Behaviour
  /** The only key that is welcome; any is when it is undefined. */
  readonly apiKey: string | undefined
  readonly bills: ReadonlyMap<string, Bill>
  readonly countInput: CountInput
  readonly nowMs: number
  /** What requests may go on with. */
  readonly stored: StoredInput
  /** Keys of AWS's that requests to Bedrock must be signed with; any signature that fits none is refused. */
  readonly aws?: AwsKeys
}

/** How one dialect is spoken. Whatever is behind it, models, books and behaviours, is the same for all. */
export interface Speaker {
  /** Read a request: what is going to be answered, or why nothing is. */
  plan(asked: Asked): Plan | Refusal
  /** An error as its SDKs know how to raise it. The status may be another than was ordered, where the dialect has its own. */
  error(refusal: Refusal, requestId: string): SpokenError
  /** An event of a stream as bytes, where streams are framed otherwise than as lines of text, and the type of such a stream. */
  readonly framing?: { readonly contentType: string; frame(event: StreamEvent): Buffer }
  /** Headers that every answer carries. */
  headers(requestId: string, elapsedMs: number): Record<string, string>
}

export interface SpokenError {
  readonly status: number
  /** JSON. */
  readonly text: string
}

/** A request to one endpoint of any dialect. */
export interface Question {
  readonly id: string
  /** Without the query. */
  readonly path: string
  /** Without its question mark. */
  readonly query: string
  readonly headers: IncomingHttpHeaders
  readonly body: Body
  readonly behaviour: Behaviour
  readonly bills: ReadonlyMap<string, Bill>
  /** Input tokens, from the texts that the endpoint found, or as the provider was told to count. */
  readonly countInput: (tokensOfTexts: () => number) => number
  /** What requests may go on with. */
  readonly stored: StoredInput
  readonly nowMs: number
}

/** A request body, or any object in it, of which nothing else is known yet. */
export type Body = Readonly<Record<string, unknown>>

export type Endpoint = (question: Question) => Plan | Refusal

export function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isRefusal(value: unknown): value is Refusal {
  return isObject(value) && 'message' in value && 'status' in value
}

// `gpt-4o-2024-08-06` and `claude-haiku-4-5-20251001` are dated editions, and billed like what they are editions of.
const EDITION = /-(?:\d{4}-\d{2}-\d{2}|\d{8})$/

export function billOf(model: string, bills: ReadonlyMap<string, Bill>): Bill | undefined {
  return bills.get(model) ?? bills.get(model.replace(EDITION, ''))
}
