import type { Dialect } from '../core/dialect.ts'
import { readError as readAnthropicError } from './anthropic/errors.ts'
import { readError as readConverseError } from './converse/errors.ts'
import { readError as readGeminiError } from './gemini/errors.ts'
import type { ProviderError } from './neutral/provider-error.ts'
import { readError as readOpenAiError } from './openai/errors.ts'

const READERS: Readonly<Record<Dialect, (status: number, body: unknown) => ProviderError>> = {
  openai: readOpenAiError,
  anthropic: readAnthropicError,
  gemini: readGeminiError,
  converse: readConverseError,
}

/** What a provider's refusal means, in the words of its dialect; what cannot be read as one is told by its status alone. */
export function readProviderError(dialect: Dialect, status: number, body: unknown): ProviderError {
  return READERS[dialect](status, body)
}
