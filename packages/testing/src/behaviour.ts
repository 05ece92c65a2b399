import type { Gate } from './gate.ts'
import type { House } from './house.ts'

/**
 * What the simulated provider does with one request, where it differs from a plain, immediate, complete answer. Every
 * field is independent of the others, so behaviours are combined by spreading them.
 *
 * @example
 * provider.next({ ...dieAfter(3), chunkIntervalMs: 5, cachedTokens: 100 })
 */
export interface Behaviour {
  /** Time before the head of the answer, ms. */
  readonly latencyMs?: number
  /** Time between two tokens, ms; fractions are kept to on average. 0 generates the whole answer at once. */
  readonly chunkIntervalMs?: number
  /** The head of the answer waits for this gate. */
  readonly hold?: Gate
  /** After so many chunks the model waits for this gate; nothing is generated meanwhile. */
  readonly pause?: { readonly afterChunks: number; readonly until: Gate }

  /** Answer with this error. Nothing is generated and nothing is billed. */
  readonly refusal?: Refusal
  /** End otherwise than well. */
  readonly ending?: Ending

  /** The answer's natural length in tokens, which a cap may cut short. Default 24, or the request's `metadata.answer_tokens`. */
  readonly answerTokens?: number
  /**
   * Tokens that the model thinks before it speaks: billed as output and capped with it. They are seen only where a dialect
   * shows thoughts and the request asks for them; a request that asks a model to think gets 16 unless told otherwise.
   */
  readonly reasoningTokens?: number
  /** How much of the input the provider finds in its prompt cache, tokens. */
  readonly cachedTokens?: number
  /** How much of the rest it writes to its prompt cache, tokens; Anthropic's dialect alone tells, and keeps it as long as the request says. */
  readonly cacheWriteTokens?: number
  /** Exactly this answer, tokenized by o200k. */
  readonly text?: string
  /** Answer in words of several bytes a character. */
  readonly multibyte?: boolean

  /**
   * Where a stream tells the usage that was asked for: in a chunk of its own at the end, as OpenAI does; in one before
   * the finish chunk; on the finish chunk itself; or nowhere. `never` holds for JSON answers and all dialects; the other
   * places are those of Chat Completions.
   */
  readonly usage?: 'last' | 'before-finish' | 'with-finish' | 'never'
  /** The ways of another provider that speaks OpenAI's dialect, in Chat Completions; OpenAI's own when absent. */
  readonly house?: House
  /** How the events of a stream are spelt. */
  readonly sse?: SseForm
  /** Cut the bytes of the answer into these writes. */
  readonly cut?: Cut
  /** Compress the answer, whatever encoding was asked for. */
  readonly gzip?: boolean
}

/** An error answer, before a dialect has given it its shape. */
export interface Refusal {
  readonly status: number
  readonly message: string
  /** The dialect's kind of error, for instance `invalid_request_error`. */
  readonly type?: string
  readonly code?: string
  readonly param?: string
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * `reset`: the connection is reset before the head of the answer, and the model never ran. `die`: the connection breaks
 * off. `truncate`: the body ends in good form, but too early. `error`: an error arrives inside the 200. The last three
 * come after so many chunks, or after all of them when there are fewer; a JSON answer is generated whole and then sent
 * by half (`die`, `truncate`) or replaced (`error`).
 */
export type Ending =
  | { readonly how: 'reset' }
  | { readonly how: 'die' | 'truncate'; readonly afterChunks: number }
  | { readonly how: 'error'; readonly afterChunks: number; readonly refusal: Refusal }

/** Spellings that the event-stream grammar allows and clients must read: https://html.spec.whatwg.org/#parsing-an-event-stream */
export interface SseForm {
  /** Default `\n`. */
  readonly lineEnd?: '\n' | '\r\n' | '\r'
  /** A comment before every event. */
  readonly comments?: boolean
  /** `data:{…}` rather than `data: {…}`. */
  readonly tight?: boolean
  /** Send the closing `[DONE]`, in dialects that have one. Default true. */
  readonly done?: boolean
}

/**
 * Sizes of the writes that the bytes at hand are cut into: one number for all, or a function of them. Bytes that the
 * sizes leave over stay behind and are joined to the next ones; the last are always sent.
 */
export type Cut = number | ((bytes: Buffer) => readonly number[])

/** Reset the connection before the head of the answer. Nothing is billed. */
export const resetBeforeHead: Behaviour = { ending: { how: 'reset' } }

/** Break the connection off after so many chunks. */
export function dieAfter(chunks: number): Behaviour {
  return { ending: { how: 'die', afterChunks: chunks } }
}

/** End the body in good form after so many chunks: no finish reason, no usage, no `[DONE]`. */
export function truncateAfter(chunks: number): Behaviour {
  return { ending: { how: 'truncate', afterChunks: chunks } }
}

/** Send an error inside the stream after so many chunks, and end. */
export function errorAfter(chunks: number, refusal: Refusal = serverError.refusal): Behaviour {
  return { ending: { how: 'error', afterChunks: chunks, refusal } }
}

type Refusing = Behaviour & { readonly refusal: Refusal }

/** 429: too many requests; try again after so many seconds. */
export function rateLimited({ retryAfterS }: { readonly retryAfterS?: number } = {}): Refusing {
  return {
    refusal: {
      status: 429,
      message: 'Rate limit reached. Please try again later.',
      type: 'requests',
      code: 'rate_limit_exceeded',
      headers: retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) },
    },
  }
}

/** 500: the provider's own fault. */
export const serverError: Refusing = {
  refusal: {
    status: 500,
    message: 'The server had an error while processing your request.',
    type: 'server_error',
  },
}

/** 503: the provider has more work than it can do. */
export const overloaded: Refusing = {
  refusal: { status: 503, message: 'The engine is currently overloaded.', type: 'server_error' },
}

/** 400: the input does not fit the model. */
export const contextLengthExceeded: Refusing = {
  refusal: {
    status: 400,
    message: "This model's maximum context length is exceeded. Please reduce the length of the messages.",
    type: 'invalid_request_error',
    code: 'context_length_exceeded',
    param: 'messages',
  },
}
