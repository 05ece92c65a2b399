import { gptTokenizer, type Tokenizer } from '@tollgate/kit/meter'
import type { Config } from '../config/index.ts'

let other: Tokenizer | undefined

/**
 * What counts the tokens of texts where a provider does not say: the kit's own where undefined. One for all services that take
 * each other's place, since it has a worker.
 *
 * @throws TollgateError `misassembled` that says what to install.
 */
export function tokenizerOf({ tokenizer }: Pick<Config, 'tokenizer'>): { readonly tokenizer?: Tokenizer } {
  if (tokenizer === 'js-tiktoken') return {}
  other ??= gptTokenizer()
  return { tokenizer: other }
}
