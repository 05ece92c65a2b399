import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cosine, quantise } from '../quantise.ts'
import { customEmbedder } from './custom-embedder.ts'
import { embedderId } from './embedder.ts'
import { hashEmbedder } from './hash-embedder.ts'

const { signal } = new AbortController()

describe('embedderId', () => {
  it('is another wherever anything is another', () => {
    const part = fc.string({ maxLength: 3, unit: fc.constantFrom('a', '/', '%', '2', 'F') })
    const traits = fc.record({
      provider: part,
      model: part,
      dimensions: fc.integer({ min: 1, max: 3 }),
      prefix: part,
      pooling: part,
      version: part,
    })
    const distinct = fc.property(traits, traits, (one, other) => {
      expect(embedderId(one) === embedderId(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
    })
    fc.assert(distinct, { numRuns: 500 })
  })
})

describe('customEmbedder', () => {
  it('is what it is given, with a name', async () => {
    const embedder = customEmbedder(async (texts) => texts.map((text) => [text.length, 1]), {
      provider: 'in-house',
      model: 'lengths',
      dimensions: 2,
      version: '3',
    })
    expect(embedder.id).toBe('in-house/lengths/2///3')
    expect(await embedder.embed(['ab', ''], { signal })).toEqual({
      vectors: [
        [2, 1],
        [0, 1],
      ],
      costNanoUsd: 0,
    })
  })
})

describe('hashEmbedder', () => {
  const embedder = hashEmbedder()

  async function similarity(one: string, other: string): Promise<number> {
    const made = await embedder.embed([one, other], { signal })
    const [a, b] = made!.vectors.map((values) => {
      const quantised = quantise(values, embedder.dimensions)
      if (quantised.status !== 'quantised') throw new Error(quantised.why)
      return quantised.vector
    })
    const dot = a!.int8.reduce((sum, value, at) => sum + value * b!.int8[at]!, 0)
    return cosine(dot, a!.square, b!.square)
  }

  it('gives the same text the same vector, whatever its case, spaces and punctuation', async () => {
    expect(await similarity('How do I pay?', 'how do  I PAY')).toBe(1)
  })

  it('puts texts nearer that share words, whatever they mean', async () => {
    const question = 'How do I reset my password?'
    const near = await similarity(question, 'How can I reset my password?')
    const far = await similarity(question, 'What does shipping to Norway cost?')
    expect(near).toBeGreaterThan(0.7)
    expect(far).toBeLessThan(0.4)
    expect(await similarity('Turn the light on', 'Turn the light off')).toBeGreaterThan(0.6)
  })

  it('gives any text a direction, and any text its own dimensions', async () => {
    const any = fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 50 }), async (text) => {
      const [values] = (await embedder.embed([text], { signal }))!.vectors
      expect(quantise(values!, 512).status).toBe('quantised')
    })
    await fc.assert(any, { numRuns: 200 })
  })
})
