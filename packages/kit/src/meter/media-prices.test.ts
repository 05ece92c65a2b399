import { expect, it } from 'vitest'
import { priceBook } from './price-book.ts'

const book = priceBook()
const openai = (model: string) => book.price({ provider: 'openai', model })

it.each([
  ['gpt-image-1', { input: 5e9, imageInput: 10e9, imageOutput: 40e9 }],
  ['gpt-image-1-mini', { input: 2e9, imageInput: 2.5e9, cachedImageInput: 0.25e9, imageOutput: 8e9 }],
  ['chatgpt-image-latest', { input: 5e9, imageInput: 8e9, output: 10e9, imageOutput: 32e9 }],
  ['dall-e-3', { perImage: 0.12e9 }],
  ['gpt-image-2', { input: 5e9, imageInput: 8e9, imageOutput: 30e9 }],
  ['gpt-image-2.6-sunburst', { input: 5e9, cachedImageInput: 2e9, imageOutput: 30e9 }],
  ['gpt-4o-mini-tts', { input: 0.6e9, audioOutput: 12e9 }],
  ['gpt-4o-mini-tts-2025-12-15', { input: 0.6e9, audioOutput: 12e9 }],
  ['gpt-4o-transcribe', { input: 2.5e9, audioInput: 6e9, output: 10e9 }],
  ['gpt-transcribe', { perAudioMinute: 4_500_000 }],
  ['whisper-1', { perAudioMinute: 6_000_000 }],
  ['tts-1', { perMillionCharacters: 15e9, input: 0 }],
  ['tts-1-hd-1106', { perMillionCharacters: 30e9 }],
  ['omni-moderation-2024-09-26', { input: 0, output: 0, perRequest: 0 }],
])('%s is listed', (model, prices) => {
  expect(openai(model)).toMatchObject({ source: 'listed', ...prices })
})

it('Azure asks what OpenAI does, and nobody else is taken to', () => {
  const baseUrl = 'https://acme.openai.azure.com/openai/v1'
  expect(book.price({ provider: 'azure', model: 'tts-1', baseUrl })?.perMillionCharacters).toBe(15e9)
  expect(book.price({ provider: 'groq', model: 'tts-1' })?.source).toBe('ceiling')
})

it('a price of one’s own stands before it', () => {
  const own = priceBook({ overrides: { 'tts-1': { input: '0', output: '0', characters: '9' } } })
  expect(own.price({ provider: 'openai', model: 'tts-1' })).toMatchObject({
    source: 'override',
    perMillionCharacters: 9e9,
  })
})
