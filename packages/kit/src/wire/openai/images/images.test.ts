import { describe, expect, it } from 'vitest'
import { parseCall } from '../../receive.ts'
import { imageEdits, images } from './images.ts'

const PATH = '/v1/images/generations'
const ASK = { model: 'gpt-image-2', prompt: 'a toll' }
const read = (body: object) => parseCall(Buffer.from(JSON.stringify(body)), PATH, images)!

describe('what a request for pictures may cost', () => {
  it('is a count, a size and a quality', () => {
    const said = { ...ASK, n: 3, size: '1536x1024', quality: 'low', stream: true, partial_images: 2 }
    expect(read(said)).toMatchObject({
      endpoint: 'images',
      stream: true,
      choices: 3,
      media: {
        kind: 'pictures',
        count: 3,
        frames: 1,
        size: { width: 1_536, height: 1_024 },
        quality: 'low',
        previews: 2,
        inputs: 0,
      },
    })
  })

  it.each([{}, { size: 'auto', quality: 'auto' }, { size: null, quality: null }])(
    'or left to the model: %o',
    (said) => {
      const { media } = read({ ...ASK, ...said })
      expect(media).toMatchObject({ size: undefined, quality: undefined, count: 1 })
    },
  )

  it.each([
    [{ output_format: 'gif' }, 9],
    [{ output_format: 'gif', frame_count: 16 }, 16],
    [{ output_format: 'png', frame_count: 16 }, 1],
    [{ output_format: 'GIF ' }, 9],
  ])('each frame of an animation is a picture: %o', (said, frames) => {
    expect(read({ ...ASK, ...said }).media).toMatchObject({ frames })
  })

  it('what another model draws has no bound', () => {
    expect(read({ ...ASK, output_format: 'svg' }).unpriced).toEqual(['output_format'])
    expect(read({ ...ASK, svg: { model: 'gpt-5.6' } }).unpriced).toEqual(['output_format'])
  })

  it('pictures that are elsewhere are counted in JSON', () => {
    const asked = { ...ASK, images: [{ file_id: 'f' }, { image_url: 'u' }], mask: { file_id: 'm' } }
    const call = parseCall(Buffer.from(JSON.stringify(asked)), '/v1/images/edits', imageEdits)
    expect(call).toMatchObject({ media: { inputs: 3 }, unboundedInput: true })
  })

  it.each([
    [{ n: 11 }, 'n'],
    [{ n: '2' }, 'n'],
    [{ size: '9999999x1' }, 'size'],
    [{ size: 1024 }, 'size'],
    [{ size: '00x00' }, 'size'],
    [{ partial_images: 4 }, 'partial_images'],
    [{ stream: 'true' }, 'stream'],
    [{ model: '' }, 'model'],
  ])('%o is refused', (said, param) => {
    expect(() => read({ ...ASK, ...said })).toThrow(expect.objectContaining({ param }))
  })
})

it.each([
  ['{"model":"m","prompt":"x","images":[{"image_url":"a"}],"images":[]}', 'images'],
  ['{"model":"m","prompt":"x","Images":[{"image_url":"a"}]}', 'images'],
  ['{"model":"m","prompt":"x","mask":{"file_id":"a"},"mask":null}', 'mask'],
])('pictures that two readers would count differently are refused: %s', (text, param) => {
  expect(() => parseCall(Buffer.from(text), '/v1/images/edits', imageEdits)).toThrow(
    expect.objectContaining({ param }),
  )
})

const USAGE = {
  input_tokens: 50,
  input_tokens_details: { text_tokens: 10, image_tokens: 40 },
  output_tokens: 208,
  total_tokens: 258,
}

function usageIn(answer: object) {
  const reader = images.answerReader()
  reader.push(Buffer.from(JSON.stringify(answer)))
  return reader.end().usage
}

describe('what an answer says it cost', () => {
  it.each([
    ['of pictures alone', USAGE, { input: 10, imageInput: 40, output: 0, imageOutput: 208 }],
    [
      'of what was thought as well',
      { ...USAGE, output_tokens_details: { text_tokens: 12, image_tokens: 196 } },
      { input: 10, imageInput: 40, output: 12, imageOutput: 196 },
    ],
  ])('is tokens, %s', (_, usage, expected) => {
    expect(usageIn({ created: 1, data: [{ b64_json: 'AA' }], usage })).toEqual(expected)
  })

  it('is pictures, where it says no tokens', () => {
    expect(usageIn({ created: 1, data: [{ url: 'a' }, { url: 'b' }] })).toEqual({
      input: 0,
      output: 0,
      images: 2,
    })
  })

  it('is another model’s as well, where that has written an SVG', () => {
    const svg_usage = {
      model: 'gpt-5.6',
      input_tokens: 7,
      output_tokens: 9,
      reasoning_tokens: 4,
      total_tokens: 16,
    }
    expect(usageIn({ data: [], usage: USAGE, svg_usage })).toMatchObject({
      others: [{ model: 'gpt-5.6', usage: { input: 7, output: 9, reasoning: 4 } }],
    })
  })

  it.each([
    { data: [] },
    { usage: { input_tokens: -1, output_tokens: 2 } },
    { usage: { input_tokens: 1.5 } },
    [],
  ])('is nothing in %o', (answer) => {
    expect(usageIn(answer)).toBeUndefined()
  })
})

const COMPLETED = { type: 'image_generation.completed', b64_json: 'AAAA'.repeat(50), usage: USAGE }
const PREVIEW = { type: 'image_generation.partial_image', b64_json: 'AAAA', partial_image_index: 0 }
const events = (...said: readonly object[]) =>
  Buffer.from(said.map((data) => `data: ${JSON.stringify(data)}\n\n`).join(''))

describe('a stream', () => {
  it('is read wherever it is cut, and passes as it came', () => {
    const bytes = events(PREVIEW, COMPLETED)
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const reader = images.streamReader({ hideUsage: false, answers: 1 })
      const passed = [bytes.subarray(0, cut), bytes.subarray(cut)].map((piece) => reader.push(piece))
      const rest = reader.end()
      expect(Buffer.concat([...passed, rest].filter((piece) => piece !== undefined))).toEqual(bytes)
      expect(reader).toMatchObject({ usage: { imageOutput: 208 }, done: true, overtaken: false })
    }
  })

  it('of several pictures adds up what each has cost, and ends with the last', () => {
    const reader = images.streamReader({ hideUsage: false, answers: 2 })
    reader.push(events(COMPLETED))
    reader.end()
    expect(reader.done).toBe(false)
    const both = images.streamReader({ hideUsage: false, answers: 2 })
    both.push(events(COMPLETED, COMPLETED))
    both.end()
    expect(both).toMatchObject({ done: true, usage: { input: 20, imageOutput: 416 } })
  })

  it('without its last event is not done', () => {
    const reader = images.streamReader({ hideUsage: false })
    reader.push(events(PREVIEW))
    reader.end()
    expect(reader).toMatchObject({ done: false, usage: undefined })
    expect(reader.takeGenerated()).toEqual({ texts: [], pieces: 0 })
  })
})
