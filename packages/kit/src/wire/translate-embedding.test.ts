import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EMBED_BATCH_TRANSLATION, EMBED_TRANSLATION } from './gemini/embedding-translation.ts'
import { EMBEDDINGS_TRANSLATION } from './openai/embedding-translation.ts'

const BOTH = { openai: EMBEDDINGS_TRANSLATION, gemini: EMBED_BATCH_TRANSLATION }

describe.each(Object.entries(BOTH))('embeddings of %s', (_, { readRequest, writeRequest, ...answers }) => {
  const requests = fc.record(
    { texts: fc.array(fc.string(), { minLength: 1 }), dimensions: fc.nat(), foreign: fc.constant([]) },
    { requiredKeys: ['texts', 'foreign'] },
  )
  const told = fc.record({
    vectors: fc.array(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }))),
    inputTokens: fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: undefined }),
  })

  it('are asked for as they were', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(readRequest(writeRequest(request, 'm'))).toEqual(request)
      }),
    )
  })

  it('are given as they came', () => {
    fc.assert(
      fc.property(told, (answer) => {
        const written = answers.writeAnswer(answer, { model: 'm', request: {} })
        expect(answers.readAnswer(written)).toEqual(answer)
      }),
    )
  })

  it.each([
    {},
    { data: 'x', embeddings: 'x' },
    { data: [{ embedding: 'x' }], embeddings: [{ values: ['x'] }] },
  ])('are not what this is: %j', (body) => {
    expect(() => answers.readAnswer(body)).toThrow(SyntaxError)
  })
})

it('vectors are those of their texts, in whatever order they come', () => {
  const data = [
    { index: 1, embedding: [1] },
    { index: 0, embedding: [0] },
  ]
  expect(EMBEDDINGS_TRANSLATION.readAnswer({ data }).vectors).toEqual([[0], [1]])
})

it('one content of Gemini’s is one text, whatever parts it has, and anything else is refused', () => {
  const parts = [{ text: 'a toll' }, { text: ' is owed' }]
  expect(EMBED_TRANSLATION.readRequest({ content: { parts } }).texts).toEqual(['a toll is owed'])
  const picture = { content: { parts: [{ inlineData: { mimeType: 'image/png', data: '' } }] } }
  expect(() => EMBED_TRANSLATION.readRequest(picture)).toThrow(/embeds texts alone/)
})

it('vectors of several lengths are asked for by nobody else, and one that is left out is a length too', () => {
  const content = { parts: [{ text: 'x' }] }
  const asked = (...lengths: readonly (number | undefined)[]) =>
    EMBED_BATCH_TRANSLATION.readRequest({
      requests: lengths.map((length) => ({ content, outputDimensionality: length })),
    })
  expect(asked(3, 3).dimensions).toBe(3)
  expect(() => asked(3, 4)).toThrow(/one length/)
  expect(() => asked(3, undefined)).toThrow(/one length/)
})

it('what it is for is said in no other dialect', () => {
  const content = { parts: [{ text: 'x' }] }
  expect(EMBED_TRANSLATION.readRequest({ content, taskType: 'CLUSTERING' }).foreign).toEqual([
    'provider_fields',
  ])
  expect(EMBED_TRANSLATION.readRequest({ content, output_dimensionality: 3 })).toMatchObject({
    dimensions: 3,
    foreign: [],
  })
})
