import { answerCounts } from './answer-counts.mts'
import { guarded, type Library } from './gpt-tokenizer-guard.mts'

const SPLITS = 'gpt-tokenizer/encodingParams/constants' as const

answerCounts({
  cl100k_base: async () => {
    const [{ CL100K_TOKEN_SPLIT_REGEX }, library] = await Promise.all([
      import(SPLITS),
      import('gpt-tokenizer/encoding/cl100k_base'),
    ])
    return guarded(library satisfies Library, CL100K_TOKEN_SPLIT_REGEX)
  },
  o200k_base: async () => {
    const [{ O200K_TOKEN_SPLIT_REGEX }, library] = await Promise.all([
      import(SPLITS),
      import('gpt-tokenizer/encoding/o200k_base'),
    ])
    return guarded(library satisfies Library, O200K_TOKEN_SPLIT_REGEX)
  },
})
