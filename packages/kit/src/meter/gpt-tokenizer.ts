import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { misassembled } from '../core/errors.ts'
import { createTokenizer, type Tokenizer, type TokenizerOptions } from './tokenizer.ts'

const WORKER_PATH = join(
  dirname(__filename),
  `gpt-tokenizer-worker.${__filename.endsWith('.ts') ? 'mts' : 'mjs'}`,
)

/**
 * A tokenizer that counts by `gpt-tokenizer`, an optional peer: for services that have it loaded, or trust it, already. The
 * counts are those of the built-in one (whitespace at the end of a text for GPT-4 and GPT-3.5 apart), and so is what stands
 * around them: a worker of its own, so that no text can hold up the event loop, and bytes for what is too long to be
 * language. https://github.com/niieani/gpt-tokenizer
 *
 * @throws TollgateError `misassembled` when it is not installed.
 *
 * @example
 * budgetReserve({ ledger, tokenizer: gptTokenizer() })
 */
export function gptTokenizer(options: TokenizerOptions = {}): Tokenizer {
  const workerPath = options.workerPath ?? WORKER_PATH
  requireInstalled(workerPath)
  return createTokenizer({ ...options, workerPath })
}

/** Found from where the worker will look for it; loaded by the worker alone, with its first count. */
function requireInstalled(workerPath: string): void {
  try {
    createRequire(workerPath).resolve('gpt-tokenizer/encoding/o200k_base')
  } catch (cause) {
    const why = misassembled('gptTokenizer needs gpt-tokenizer: npm install gpt-tokenizer')
    throw Object.assign(why, { cause })
  }
}
