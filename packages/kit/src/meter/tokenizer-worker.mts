import { answerCounts } from './answer-counts.mts'
import { countTokens, type RanksFile, readVocabulary } from './byte-pairs.mts'

answerCounts({
  cl100k_base: () => import('js-tiktoken/ranks/cl100k_base').then(counter),
  o200k_base: () => import('js-tiktoken/ranks/o200k_base').then(counter),
})

function counter(file: { readonly default: RanksFile }) {
  const vocabulary = readVocabulary(file.default)
  return (text: string) => countTokens(text, vocabulary)
}
