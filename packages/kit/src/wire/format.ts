import type { ClientDialect, Dialect } from '../core/dialect.ts'
import type { AnswerReader } from './answer-reader.ts'
import type { Call } from './call.ts'
import type { Endpoint } from './endpoint.ts'
import type { FormRules } from './form.ts'
import type { JsonObject } from './json.ts'
import type { Answer } from './neutral/answer.ts'
import type { Conversation } from './neutral/conversation.ts'
import type { EmbeddingTranslation } from './neutral/embedding.ts'
import type { Carriages } from './neutral/features.ts'
import type { ProviderError } from './neutral/provider-error.ts'
import type { StreamEvent } from './neutral/stream.ts'
import type { Quirks } from './quirks.ts'
import type { StreamReader, StreamReaderOptions } from './stream-reader.ts'
import type { StreamedEvent } from './streamed-event.ts'

/**
 * One endpoint as its dialect speaks it: what enforcement must read and change of a call, and read of an answer, whose
 * bytes otherwise pass as they came. Each is a room of its own; whoever is outside knows only this.
 */
export interface Format {
  readonly endpoint: Endpoint
  readonly dialect: Dialect
  /** How the paths end that it is found at: `/chat/completions`. */
  readonly suffixes: readonly string[]
  /** Fields that enforcement reads. Given twice, they are refused: the provider's parser might take the other one. */
  readonly guarded: ReadonlySet<string>
  /** How its requests are read where they come as forms; absent where they are JSON. */
  readonly form?: FormRules
  /** Read what a call may cost. @throws TollgateError `invalid_request`, naming the field. */
  read(body: JsonObject, target: Target): Call
  /** The top-level fields that enforcement must replace, add or leave out, with their new values; none as a rule. */
  edits(call: Call, body: JsonObject, changes: Changes): Edits
  /** Where the call goes, below a base URL that ends in the version segment: path, and query where it has one. */
  path(call: Pick<Call, 'model' | 'stream'> & { readonly query?: string }): string
  /** The texts of a request that become input, for counting where the provider did not say. */
  inputTexts(body: JsonObject): string[]
  /** How many tokens become input as they are, by their numbers and not as text; absent where nothing takes them so. */
  inputTokenIds?(body: JsonObject): number
  /** Reads a complete JSON answer as it passes. */
  answerReader(): AnswerReader
  /** Reads a stream as it passes, and takes out of it what the client did not ask for. */
  streamReader(options: StreamReaderOptions): StreamReader
  /** An error inside a stream that has begun, in the shape that its SDKs raise, with the terminal event behind it. */
  streamError(error: object): Buffer
  /** How a conversation is said in it; absent where only its own dialect serves it. */
  readonly translation?: Translation
  /** The providers' half of that alone, where no client speaks it. */
  readonly serving?: Serving
  /** How embeddings are said in it; present where they are what it is there for. */
  readonly embedding?: EmbeddingTranslation
  /** The format as a provider speaks it that differs in these ways; absent where none does. Asked for by `spokenBy`. */
  withQuirks?(quirks: Quirks): Format
}

/** A format that clients speak: whatever is said to them has the shape that their SDKs know. */
export interface ClientFormat extends Format {
  readonly dialect: ClientDialect
}

/** What a request says outside its body. */
export interface Target {
  /** Bytes of the body. */
  readonly bytes: number
  /** As the client asked for it, without the query: Gemini's names the model. */
  readonly path: string
  /** Without its question mark; empty as a rule. Gemini's says how a stream is to come. */
  readonly query: string
}

/** New values of top-level fields; undefined for one that is to go. */
export type Edits = Readonly<Record<string, unknown>>

/** What enforcement changes in a call. */
export interface Changes {
  /** The deployment's own name of the model. */
  readonly model?: string
  /** The cap on output tokens of one choice that the reservation pays for. */
  readonly maxOutputTokens?: number
}

/**
 * Between what is neutral and the providers of a dialect: their half, which is all of it where no client speaks it. Pure:
 * bytes are cut into events before, and sent after.
 */
export interface Serving {
  /** What becomes of each feature of a conversation that was asked for in another dialect. */
  readonly carries: Carriages
  /** The body of a request that asks for this, and headers that it needs (an API version). Says nothing of the cap and usage that enforcement asks for. */
  writeRequest(conversation: Conversation, target: WriteTarget): WrittenRequest
  /** @throws SyntaxError when it is no answer of this dialect. */
  readAnswer(body: JsonObject): Answer
  streamDecoder(): StreamDecoder
  readError(status: number, body: unknown): ProviderError
}

/** Both directions between a dialect and what is neutral: its providers' half, and that of its clients. */
export interface Translation extends Serving {
  readRequest(body: JsonObject, target: Target): Conversation
  writeAnswer(answer: Answer, asked: Asked): JsonObject
  streamEncoder(asked: Asked): StreamEncoder
  writeError(error: ProviderError, requestId: string): { readonly status: number; readonly body: JsonObject }
}

export interface WriteTarget {
  /** The most that the model can answer with, where a dialect requires a cap and the client gave none, tokens. */
  readonly maxOutputTokens: number
  /** The deployment's own name of the model, where what can be said depends on it; the client's when absent. */
  readonly model?: string
}

export interface WrittenRequest {
  readonly body: JsonObject
  readonly headers: Readonly<Record<string, string>>
}

/** What of the client's own request shapes the answer that it gets. */
export interface Asked {
  /** The model, by the name that the client used. */
  readonly model: string
  /** The client asked for usage in its stream. */
  readonly wantsUsage: boolean
  /** The body of the client's own request, for answers that repeat some of it (Responses). */
  readonly request: JsonObject
  readonly requestId: string
}

/** From a dialect's events to neutral ones: one event of its stream at a time. */
export interface StreamDecoder {
  push(event: StreamedEvent): readonly StreamEvent[]
  /** The stream is over: what is left to say, `end` at any rate. */
  end(): readonly StreamEvent[]
}

/** From neutral events to a dialect's: the text of whole events, terminal ones included; empty where there is nothing to say. */
export interface StreamEncoder {
  push(event: StreamEvent): string
}
