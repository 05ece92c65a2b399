import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SimulatedProvider, simulatedProvider } from '../simulated-provider.ts'

let provider: SimulatedProvider
let openai: OpenAI

beforeAll(async () => {
  provider = await simulatedProvider()
  openai = new OpenAI({ baseURL: provider.url, apiKey: 'sk-any', maxRetries: 0 })
})
afterAll(() => provider.close())
beforeEach(() => provider.reset())

const picture = () => toFile(Buffer.from([0x89, 0xff]), 'a.png')
const drawing = { model: 'gpt-image-2', prompt: 'A toll.', size: '1024x1024', quality: 'medium' } as const

describe('pictures', () => {
  it('are billed as OpenAI’s calculator has them, for each of them', async () => {
    const { usage } = await openai.images.generate({ ...drawing, n: 3 })
    const [request] = provider.requests
    expect(usage).toMatchObject({ output_tokens: 3 * 1_756, input_tokens: request?.usage.input })
    expect(provider.totals()).toMatchObject({ outputTokens: 5_268 })
    expect(request?.nanoUsd).toBe(request!.usage.input * 5_000 + 5_268 * 30_000)
  })

  it('read those that they are made from once each', async () => {
    await openai.images.edit({ ...drawing, n: 2, image: [await picture(), await picture()] })
    expect(provider.requests[0]?.usage.imageInput).toBe(2 * 2 * 1_024)
  })

  it('of older models are billed by the piece', async () => {
    const { usage, data } = await openai.images.generate({ model: 'dall-e-3', prompt: 'A toll.', n: 2 })
    expect(usage).toBeUndefined()
    expect(data).toHaveLength(2)
    expect(provider.totals().nanoUsd).toBe(80_000_000)
  })

  it.each([{ n: 11 }, { size: '17x17' as '256x256' }, { quality: 'hd' as const }, { prompt: '' }])(
    'are refused with %o',
    async (said) => {
      await expect(openai.images.generate({ ...drawing, ...said })).rejects.toMatchObject({ status: 400 })
      expect(provider.totals().nanoUsd).toBe(0)
    },
  )
})

describe('speech', () => {
  const said = { voice: 'ash', input: 'Stop. Pay. Go.' }

  it('by the character costs its characters', async () => {
    await openai.audio.speech.create({ ...said, model: 'tts-1' })
    await provider.waitFor(({ requests }) => requests[0]?.outcome === 'completed')
    expect(provider.totals().nanoUsd).toBe(said.input.length * 15_000)
  })

  it('by the token costs its length, and is the same each time', async () => {
    const ask = { ...said, model: 'gpt-4o-mini-tts', response_format: 'wav' } as const
    const [first, second] = [await openai.audio.speech.create(ask), await openai.audio.speech.create(ask)]
    const bytes = Buffer.from(await first.arrayBuffer())
    expect(bytes).toEqual(Buffer.from(await second.arrayBuffer()))
    // 60 ms a character, at 48 bytes a ms, behind the head of a WAV file.
    expect(bytes).toHaveLength(44 + said.input.length * 60 * 48)
    expect(provider.requests[0]?.usage.audioOutput).toBe(Math.round(said.input.length * 0.06 * 20.5))
  })

  it('as events says its usage at the end', async () => {
    const answer = await openai.audio.speech.create({
      ...said,
      model: 'gpt-4o-mini-tts',
      stream_format: 'sse',
    })
    const events = (await answer.text()).trim().split('\n\n')
    const { usage } = JSON.parse(events.at(-1)!.slice('data: '.length))
    expect(usage).toMatchObject({ output_tokens: provider.requests[0]?.usage.audioOutput })
  })

  it('is refused when it is too long', async () => {
    const input = 'a'.repeat(4_097)
    const asked = openai.audio.speech.create({ ...said, model: 'tts-1', input })
    await expect(asked).rejects.toMatchObject({ status: 400, param: 'input' })
  })
})

describe('transcriptions', () => {
  const file = () => toFile(Buffer.alloc(48_000), 'a.ogg')

  it('by the token hear ten tokens a second', async () => {
    const { usage } = await openai.audio.transcriptions.create({
      model: 'gpt-4o-mini-transcribe',
      file: await file(),
      prompt: 'the',
    })
    expect(usage).toMatchObject({
      input_tokens: 31,
      input_token_details: { audio_tokens: 30, text_tokens: 1 },
    })
  })

  it('by time cost seconds, whatever they say', async () => {
    await openai.audio.transcriptions.create({
      model: 'whisper-1',
      file: await file(),
      response_format: 'srt',
    })
    expect(provider.totals()).toMatchObject({ nanoUsd: 300_000, outputTokens: 0 })
  })

  it('are refused without a file, or in a form that the model does not write', async () => {
    const model = 'gpt-4o-mini-transcribe'
    const asked = { model, file: await file(), response_format: 'vtt' } as const
    await expect(openai.audio.transcriptions.create(asked)).rejects.toMatchObject({ status: 400 })
    const bare = openai.post('/audio/transcriptions', { body: { model } })
    await expect(bare).rejects.toMatchObject({ status: 400, param: 'file' })
  })
})

it('moderations answer for each text', async () => {
  const { results, model } = await openai.moderations.create({ input: ['peace', 'violence'] })
  expect(model).toBe('omni-moderation-latest')
  expect(results.map(({ flagged, categories }) => [flagged, categories.violence])).toEqual([
    [false, false],
    [true, true],
  ])
})
