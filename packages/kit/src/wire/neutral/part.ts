import type { ConversationEndpoint } from '../endpoint.ts'
import type { JsonObject } from '../json.ts'

/**
 * A piece of what is said, by whomever. Every dialect's content blocks, items and parts are read into these, and written
 * from them.
 */
export type Part =
  | TextPart
  | RefusalPart
  | MediaPart
  | ReasoningPart
  | ToolCallPart
  | ToolResultPart
  | ForeignPart

/** The provider is to remember everything up to and including the part that carries it. */
export interface CacheMarker {
  readonly ttl?: '5m' | '1h'
}

interface Marked {
  readonly cache?: CacheMarker
}

export interface TextPart extends Marked {
  readonly type: 'text'
  readonly text: string
  readonly citations?: readonly Citation[]
}

/** The model says why it does not answer. */
export interface RefusalPart {
  readonly type: 'refusal'
  readonly text: string
}

/** Where the bytes of a picture, a document or a sound are. */
export type Source =
  | { readonly from: 'data'; readonly mediaType: string; readonly base64: string }
  | { readonly from: 'url'; readonly url: string; readonly mediaType?: string }
  /** Stored at a provider, under an id that only this one knows. */
  | { readonly from: 'file'; readonly id: string; readonly mediaType?: string }
  | { readonly from: 'text'; readonly text: string }

export interface MediaPart extends Marked {
  readonly type: 'image' | 'document' | 'audio' | 'video'
  readonly source: Source
  /** A file's name or a document's title. */
  readonly name?: string
  /** How closely a picture is looked at. */
  readonly detail?: 'low' | 'high' | 'auto'
  /** The answer is to say where in the document it has found what it says. */
  readonly citable?: boolean
}

export function isMedia(part: Part): part is MediaPart {
  return MEDIA.has(part.type)
}

const MEDIA: ReadonlySet<Part['type']> = new Set<MediaPart['type']>(['image', 'document', 'audio', 'video'])

/** What a model thought before it spoke. */
export interface ReasoningPart {
  readonly type: 'reasoning'
  /** Its thoughts, or a summary of them; empty when they are withheld. */
  readonly text: string
  /** By which the model that thought this knows it again: signed, encrypted or withheld. */
  readonly seal?: Seal
}

/**
 * Opaque bytes that only one dialect's providers can read, and that must come back to them unchanged. `kind` is that
 * dialect's own matter: Anthropic tells a signature from redacted thinking by it.
 */
export interface Seal {
  readonly from: ConversationEndpoint
  readonly value: string
  readonly kind?: string
  /** The id of the item it belongs to, where its dialect gives one. */
  readonly id?: string
  /** The provider that sealed it, where another of the same dialect could not read it; unknown when absent. */
  readonly by?: string
}

export interface ToolCallPart extends Marked {
  readonly type: 'tool_call'
  readonly id: string
  readonly name: string
  /** JSON text as the model wrote it, or free text when `custom`. Not parsed: a model may be cut in the middle of it. */
  readonly arguments: string
  readonly custom?: true
  readonly seal?: Seal
}

export interface ToolResultPart extends Marked {
  readonly type: 'tool_result'
  readonly callId: string
  /** The tool's name, where the dialect says it; else it is that of the call. */
  readonly name?: string
  readonly parts: readonly Part[]
  readonly isError?: boolean
  readonly custom?: true
}

/** What a dialect has and no other does: kept as it came, with where it came from. */
export interface ForeignPart {
  readonly type: 'foreign'
  readonly from: ConversationEndpoint
  /** Its own type in its dialect, by which a loss is named: `web_search_call`. */
  readonly name: string
  readonly value: JsonObject
}

/** Where something that is said comes from. Positions count UTF-16 units of the text that cites. */
export interface Citation {
  readonly url?: string
  readonly title?: string
  readonly quote?: string
  readonly start?: number
  readonly end?: number
  /** Which document of the request, counted from 0. */
  readonly document?: number
}
