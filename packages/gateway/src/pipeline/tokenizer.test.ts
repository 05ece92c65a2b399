import { expect, it } from 'vitest'
import { tokenizerOf } from './tokenizer.ts'

it('is the kit’s own, unless another one is named', async () => {
  expect(tokenizerOf({ tokenizer: 'js-tiktoken' })).toEqual({})
  const { tokenizer } = tokenizerOf({ tokenizer: 'gpt-tokenizer' })
  expect(await tokenizer!.count(['hello world'], 'gpt-4o')).toBe(2)
})

it('is one for all services, since it has a worker', () => {
  const [one, other] = [1, 2].map(() => tokenizerOf({ tokenizer: 'gpt-tokenizer' }).tokenizer)
  expect(one).toBe(other)
})
