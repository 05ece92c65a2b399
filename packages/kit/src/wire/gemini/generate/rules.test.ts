import { describe, expect, it } from 'vitest'
import { generate } from './generate.ts'

const chunk = (fields: object) =>
  `data: ${JSON.stringify({ ...fields, modelVersion: 'gemini-3-flash' })}\r\n\r\n`
const said = (text: string, more: object = {}) => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0, ...more }],
})
const used = (candidatesTokenCount: number, thoughtsTokenCount = 20) => ({
  usageMetadata: {
    promptTokenCount: 9,
    candidatesTokenCount,
    thoughtsTokenCount,
    totalTokenCount: 9 + candidatesTokenCount + thoughtsTokenCount,
  },
})

/** A stream as Google sends it: the usage so far in every chunk, and no event at its end. */
const CHUNKS = [
  chunk({ ...said('Grüß'), ...used(3) }),
  chunk({ ...said(' Gott'), ...used(5) }),
  chunk({ ...said('', { finishReason: 'STOP' }), ...used(6) }),
]
const STREAM = CHUNKS.join('')

describe('a stream that passes', () => {
  it('is read the same wherever it is cut, and passes unchanged', () => {
    const bytes = Buffer.from(STREAM)
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const reader = generate.streamReader({ hideUsage: false })
      const passed = [reader.push(bytes.subarray(0, cut)), reader.push(bytes.subarray(cut)), reader.end()]
      expect(Buffer.concat(passed.filter((piece) => piece !== undefined)).toString()).toBe(STREAM)
      expect(reader).toMatchObject({
        usage: { input: 9, output: 26, reasoning: 20 },
        model: 'gemini-3-flash',
        done: true,
        overtaken: false,
      })
    }
  })

  it('knows what it has used when it breaks off, and that it is not whole', () => {
    const reader = generate.streamReader({ hideUsage: false })
    reader.push(Buffer.from(`${CHUNKS[0]}${CHUNKS[1]}data: {"cand`))
    reader.end()
    expect(reader.done).toBe(false)
    expect(reader.usage).toEqual({ input: 9, output: 25, reasoning: 20 })
  })

  it('shows what it generated, calls of functions included', () => {
    const reader = generate.streamReader({ hideUsage: false })
    const call = { functionCall: { name: 'weather', args: { city: 'Köln' } } }
    reader.push(Buffer.from(chunk(said('Let me see.'))))
    reader.push(Buffer.from(chunk({ candidates: [{ content: { parts: [call] } }] })))
    expect(reader.takeGenerated()).toEqual({
      texts: ['Let me see.{"name":"weather","args":{"city":"Köln"}}'],
      pieces: 2,
    })
    expect(reader.takeGenerated()).toEqual({ texts: [], pieces: 0 })
  })

  it('counts the searches of all its chunks', () => {
    const reader = generate.streamReader({ hideUsage: false })
    const grounded = { groundingMetadata: { webSearchQueries: ['a', 'b', ''] } }
    reader.push(Buffer.from(chunk({ ...said('x', grounded), ...used(3) })))
    reader.push(Buffer.from(chunk({ ...said('', { finishReason: 'STOP' }), ...used(6) })))
    expect(reader.usage).toMatchObject({ output: 26, webSearches: 2 })
  })
})

describe('an answer that passes', () => {
  const read = (answer: object) => {
    const reader = generate.answerReader()
    const bytes = Buffer.from(JSON.stringify(answer, null, 2))
    for (const byte of bytes) reader.push(Buffer.from([byte]))
    return { ...reader.end(), texts: reader.texts() }
  }

  it('tells its usage, its model and its texts', () => {
    expect(read({ ...said('Grüß Gott'), ...used(6), modelVersion: 'gemini-3-flash' })).toEqual({
      usage: { input: 9, output: 26, reasoning: 20 },
      model: 'gemini-3-flash',
      texts: ['Grüß Gott'],
    })
  })

  it.each([
    ['gemini-3-flash', 2],
    ['gemini-2.5-flash', 1],
  ])('counts searches as %s is billed for them: %d', (modelVersion, webSearches) => {
    const grounded = said('x', { groundingMetadata: { webSearchQueries: ['a', 'b'] } })
    expect(read({ ...grounded, ...used(1), modelVersion }).usage).toMatchObject({ webSearches })
  })

  it('does not take the words of an answer for its usage', () => {
    expect(read(said('"usageMetadata": {"promptTokenCount": 1}')).usage).toBeUndefined()
  })
})
