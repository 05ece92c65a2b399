import type { Dialect } from '../core/dialect.ts'
import type { Endpoint } from './endpoint.ts'
import type { Media } from './media.ts'

/** One provider call, as read from a request: what enforcement needs to know of it. */
export interface Call {
  readonly dialect: Dialect
  readonly endpoint: Endpoint
  readonly model: string
  readonly stream: boolean
  /** The client asked for the usage chunk of a stream itself. */
  readonly wantsUsage: boolean
  /** The client's own cap on output tokens of one choice, when it gave one. */
  readonly maxOutputTokens?: number
  /** The least cap that the provider takes with this request, tokens: a smaller one is refused there. 1 when absent. */
  readonly leastOutputTokens?: number
  /** The request turns reasoning off: all that the model generates is shown. */
  readonly withoutReasoning?: boolean
  /** How many outputs are generated and billed (n, best_of, several prompts); 1 as a rule. */
  readonly choices: number
  /** Bytes of the request that can become input tokens: an upper bound of the text's tokens. */
  readonly inputBytes: number
  /** Input tokens may exceed `inputBytes` (images, files, audio): only the context window bounds them. */
  readonly unboundedInput: boolean
  /** What exceeds them is named by ids of responses and their items, and by nothing else. */
  readonly storedInput?: true
  /** The field by which it goes on with a conversation that is stored at the provider, which says nothing of whose it is. */
  readonly continues?: string
  /**
   * Pictures are present, or files that may show some: a PDF is given to a model as the pictures of its pages too.
   * https://platform.openai.com/docs/guides/pdf-files · https://platform.claude.com/docs/en/build-with-claude/pdf-support
   */
  readonly imageInput?: boolean
  /** Audio output was asked for, which has a price of its own. */
  readonly audioOutput: boolean
  /** Audio input is present, which has a price of its own. */
  readonly audioInput: boolean
  /** What it makes or reads that is no text, on endpoints that are there for it: what bounds its cost. */
  readonly media?: Media
  /** Features whose cost no price in the book covers (hosted tools, service tiers), by field name. */
  readonly unpriced: readonly string[]
  /** Whether the shape of the answer suffers when it is cut short (tools, structured output). */
  readonly structured: boolean
}

/** More output than any model can give: a typing error, or an attempt at overflow. */
export const MAX_OUTPUT_TOKENS = 10_000_000
