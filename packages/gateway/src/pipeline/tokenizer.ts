import { TollgateError } from '@tollgate/kit/core'
import { gptTokenizer, type Tokenizer } from '@tollgate/kit/meter'
import type { Config } from '../config/index.ts'

let other: Tokenizer | undefined

/**
 * What counts the tokens of texts where a provider does not say: the kit's own where undefined. One for all services that take
 * each other's place, since it has a worker.
 *
 * @throws Error that says what to install, or what to write instead.
 */
export function tokenizerOf({ tokenizer }: Pick<Config, 'tokenizer'>): { readonly tokenizer?: Tokenizer } {
  if (tokenizer === 'js-tiktoken') return {}
  other ??= madeOf(tokenizer)
  return { tokenizer: other }
}

/** Whoever wrote a config has called no function: the cure is said in the words of the file. */
function madeOf(name: 'gpt-tokenizer'): Tokenizer {
  try {
    return gptTokenizer()
  } catch (cause) {
    if (!TollgateError.is(cause) || cause.code !== 'misassembled') throw cause
    throw new Error(
      `tokenizer: ${name} is a package that is not installed: npm install ${name} beside tollgate, or write tokenizer: js-tiktoken, which comes with it and counts the same`,
      { cause },
    )
  }
}
