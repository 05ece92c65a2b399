import { parentPort } from 'node:worker_threads'
import { countTokens, type RanksFile, readVocabulary, type Vocabulary } from './byte-pairs.mts'
import type { Encoding } from './model-limits.ts'
import type { CountReply, CountRequest } from './tokenizer.ts'

const RANKS: Readonly<Record<Encoding, () => Promise<{ default: RanksFile }>>> = {
  cl100k_base: () => import('js-tiktoken/ranks/cl100k_base'),
  o200k_base: () => import('js-tiktoken/ranks/o200k_base'),
}

/** Each vocabulary is loaded with the first text that needs it. */
const vocabularies = new Map<Encoding, Promise<Vocabulary>>()

function vocabularyOf(encoding: Encoding): Promise<Vocabulary> {
  const known = vocabularies.get(encoding)
  if (known) return known
  const loading = RANKS[encoding]().then((file) => readVocabulary(file.default))
  vocabularies.set(encoding, loading)
  return loading
}

parentPort?.on('message', async ({ id, encoding, texts }: CountRequest) => {
  const vocabulary = await vocabularyOf(encoding)
  const tokens = texts.reduce((sum, text) => sum + countTokens(text, vocabulary), 0)
  parentPort?.postMessage({ id, tokens } satisfies CountReply)
})
