import { describe, expect, it } from 'vitest'
import { editCall } from '../edit.ts'
import { formatAt } from '../formats.ts'
import { parseCall } from '../receive.ts'

const receive = (path: string, body: object) =>
  parseCall(Buffer.from(JSON.stringify(body)), path, formatAt(path))!

const content = { parts: [{ text: 'How long is a piece of string?' }] }
const ONE = '/v1beta/models/gemini-embedding-001:embedContent'
const BATCH = '/v1beta/models/gemini-embedding-001:batchEmbedContents'

describe('embedContent', () => {
  it('is read, and goes where it came from', () => {
    const call = receive(ONE, { content })
    expect(call).toMatchObject({ endpoint: 'embed', model: 'gemini-embedding-001', maxOutputTokens: 0 })
    expect(call.unboundedInput).toBe(false)
    expect(call.format.path(call)).toBe('/models/gemini-embedding-001:embedContent')
    expect(call.format.inputTexts(call.body)).toEqual(['How long is a piece of string?'])
  })

  it('knows that only text is as long as its bytes', () => {
    const parts = [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }]
    expect(receive(ONE, { content: { parts } })).toMatchObject({ unboundedInput: true })
  })

  it('reads the usage that newer models say', () => {
    const read = (answer: object) => {
      const reader = receive(ONE, { content }).format.answerReader()
      reader.push(Buffer.from(JSON.stringify(answer)))
      return reader.end()
    }
    const embedding = { values: [0.1, -0.2] }
    expect(read({ embedding, usageMetadata: { promptTokenCount: 8 } })).toEqual({
      usage: { input: 8, output: 0 },
    })
    expect(read({ embedding })).toEqual({})
  })
})

describe('batchEmbedContents', () => {
  const request = { model: 'models/gemini-embedding-001', content }

  it('is read with every request of it', () => {
    const call = receive(BATCH, { requests: [request, request] })
    expect(call).toMatchObject({ endpoint: 'embed', model: 'gemini-embedding-001' })
    expect(call.format.path(call)).toBe('/models/gemini-embedding-001:batchEmbedContents')
  })

  it('names another deployment in each request', () => {
    const edited = editCall(receive(BATCH, { requests: [request, request] }), { model: 'gemini-embedding-2' })
    expect(edited?.body()).toEqual({
      requests: [
        { model: 'models/gemini-embedding-2', content },
        { model: 'models/gemini-embedding-2', content },
      ],
    })
  })

  it('refuses a request for a model that is not priced', () => {
    const dearer = { model: 'models/gemini-embedding-2', content }
    expect(() => receive(BATCH, { requests: [request, dearer] })).toThrow(
      '`requests[1].model` is another model',
    )
  })

  it('refuses to embed nothing', () => {
    expect(() => receive(BATCH, { requests: [] })).toThrow('`content` has at least one part.')
  })
})
