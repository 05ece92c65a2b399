import { expect, it } from 'vitest'
import { parseCall } from '../receive.ts'
import { moderations } from './moderations.ts'

const read = (body: object) => parseCall(Buffer.from(JSON.stringify(body)), '/v1/moderations', moderations)!

it.each([[{ input: 'a' }], [{ input: 'a', model: null }]])('asks OpenAI’s own model in %o', (body) => {
  expect(read(body)).toMatchObject({ model: 'omni-moderation-latest', media: { kind: 'verdicts' } })
})

it('knows how long texts are, and not how long pictures', () => {
  expect(read({ input: ['a', 'b'] }).unboundedInput).toBe(false)
  expect(read({ input: [{ type: 'text', text: 'a' }] }).unboundedInput).toBe(false)
  expect(read({ input: [{ type: 'image_url', image_url: { url: 'u' } }] }).unboundedInput).toBe(true)
})

it('is refused without an input', () => {
  expect(() => read({ model: 'm' })).toThrow(expect.objectContaining({ param: 'input' }))
})

it('says nothing of its cost where OpenAI answers, and its tokens where others do', () => {
  const usageIn = (answer: object) => {
    const reader = moderations.answerReader()
    reader.push(Buffer.from(JSON.stringify(answer)))
    return reader.end().usage
  }
  expect(usageIn({ results: [{ flagged: false }] })).toBeUndefined()
  expect(usageIn({ results: [], usage: { prompt_tokens: 9, completion_tokens: 0 } })).toEqual({
    input: 9,
    output: 0,
  })
})
