import type { Dialect } from '@tollgate/testing'
import type { Assembly } from '../../support/assembly.ts'

/** A client that somebody else has written, told nothing but where to go and with which key. */
export interface Sdk {
  readonly name: string
  readonly dialect: Dialect
  /** The model that it asks for, as people who use it would. */
  readonly model: string
  /** Reads how long the input was at the beginning of a stream, when a provider of another dialect has not said it. */
  readonly countsInputFirst?: boolean
  open(gateway: Assembly, options?: Opening): Client
}

export interface Opening {
  /** How often it asks again by itself. Not at all by default: what a test counts is then one call for each request. */
  readonly maxRetries?: number
}

/** What is done with every client, in its own words. */
export interface Client {
  ask(question: string): Promise<Said>
  stream(question: string): Promise<Said>
  /** The same, as it comes: the texts, one a delta. Raises what the client is told when the stream fails. */
  deltas(question: string, signal?: AbortSignal): AsyncIterable<string>
  /** Ask with both tools offered, send back their results, and ask again. */
  useTools(question: string): Promise<ToolRound>
  /** The same, with the calls read from a stream. */
  streamTools(question: string): Promise<ToolRound>
  /** Ask for an answer that matches the schema. */
  shape(question: string): Promise<unknown>
}

export interface Said {
  readonly text: string
  /** All that was read, cached or not, as the client's own usage says it. */
  readonly inputTokens: number
  /** All that was generated, thoughts included. */
  readonly outputTokens: number
}

export interface ToolRound {
  readonly calls: readonly { readonly name: string; readonly input: unknown }[]
  readonly text: string
}

export const MAX_TOKENS = 200
export const SYSTEM = 'You keep the toll of a bridge.'
export const RESULT = '{"ok":true}'

interface ObjectSchema {
  readonly type: 'object'
  readonly properties: Record<string, { readonly type: 'string' | 'integer' }>
  readonly required: string[]
  readonly additionalProperties: false
}

/** A schema as strict as OpenAI wants it. */
export function schemaOf(properties: ObjectSchema['properties']): ObjectSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

export const TOOLS = [
  { name: 'find_bridge', description: 'Where it is', schema: schemaOf({ river: { type: 'string' } }) },
  {
    name: 'price_of_passage',
    description: 'What it costs',
    schema: schemaOf({ vehicle: { type: 'string' } }),
  },
] as const

/** What the simulated model calls the tools with. */
export const CALLS = [
  { name: 'find_bridge', input: { river: 'sample' } },
  { name: 'price_of_passage', input: { vehicle: 'sample' } },
]

export const TOLL = schemaOf({ vehicle: { type: 'string' }, axles: { type: 'integer' } })
