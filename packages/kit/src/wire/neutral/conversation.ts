import type { ConversationEndpoint } from '../endpoint.ts'
import type { JsonObject } from '../json.ts'
import type { CacheMarker, Part } from './part.ts'

/**
 * A request to go on with a conversation, in no dialect. Absent means that the client did not say: a dialect's writer then
 * leaves the field out, unless its provider requires one.
 */
export interface Conversation {
  readonly model: string
  readonly turns: readonly Turn[]
  readonly stream: boolean
  readonly tools?: readonly Tool[]
  readonly toolChoice?: ToolChoice
  /** Whether several tools may be called at once. */
  readonly parallelToolCalls?: boolean
  readonly format?: AnswerFormat
  readonly sampling: Sampling
  /** Output tokens of one choice, reasoning included. */
  readonly maxOutputTokens?: number
  readonly stop?: readonly string[]
  /** How many answers are asked for; 1 when absent. */
  readonly choices?: number
  readonly reasoning?: Reasoning
  readonly verbosity?: 'low' | 'medium' | 'high'
  /** Whose request it is, for a provider's abuse checks: an opaque name of an end user. */
  readonly endUser?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly serviceTier?: string
  /** Requests with the same key are sent where their common prefix is cached. */
  readonly cacheKey?: string
  /** Fields that no other dialect has, as they came. */
  readonly foreign: readonly ForeignField[]
}

/**
 * `system` and `developer` may stand anywhere. A `tool` turn holds results of tools and nothing else; what a user says
 * beside them is a turn of its own.
 */
export interface Turn {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
  readonly parts: readonly Part[]
  /** Who of several says it. */
  readonly name?: string
}

export type Tool = FunctionTool | CustomTool | ForeignTool

export interface FunctionTool {
  readonly type: 'function'
  readonly name: string
  readonly description?: string
  /** A JSON Schema; absent for a function without parameters. */
  readonly parameters?: JsonObject
  readonly strict?: boolean
  readonly cache?: CacheMarker
}

/** A tool that takes free text. */
export interface CustomTool {
  readonly type: 'custom'
  readonly name: string
  readonly description?: string
  /** The grammar of that text, in its dialect's own shape. */
  readonly format?: JsonObject
}

/** A tool that a provider runs itself. */
export interface ForeignTool {
  readonly type: 'foreign'
  readonly from: ConversationEndpoint
  readonly name: string
  readonly value: JsonObject
}

export type ToolChoice =
  | { readonly mode: 'auto' | 'none' | 'required' }
  | { readonly mode: 'tool'; readonly name: string }
  /** Only these, and one of them at any rate when `required`. */
  | { readonly mode: 'allowed'; readonly names: readonly string[]; readonly required: boolean }

export type AnswerFormat =
  | { readonly type: 'text' }
  /** Any JSON object. */
  | { readonly type: 'json' }
  | {
      readonly type: 'schema'
      readonly name?: string
      readonly description?: string
      readonly schema: JsonObject
      readonly strict?: boolean
    }

export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  readonly seed?: number
  /** Log probabilities are asked for, and those of this many alternatives. */
  readonly logprobs?: number
  readonly logitBias?: JsonObject
}

/** How much the model is to think, and how much of that it is to show. */
export interface Reasoning {
  readonly effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'
  /** Tokens that may be thought; 0 is `none`. */
  readonly budgetTokens?: number
  /** The model decides itself whether and how much. */
  readonly adaptive?: boolean
  readonly show?: 'none' | 'summary' | 'full'
}

export interface ForeignField {
  readonly from: ConversationEndpoint
  /** Its path in the request: `web_search_options`, `generationConfig.responseModalities`. */
  readonly path: string
  readonly value: unknown
}
