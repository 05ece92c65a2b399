import { toFile } from 'openai'
import { expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'
import { budgets, clientOf } from '../support/openai.ts'
import { mp3 } from '../support/recordings.ts'
import { trail } from './trails.ts'

/** Seven and a half seconds at the slowest that an MP3 can be. */
const file = () => toFile(Buffer.concat([mp3(288), Buffer.alloc(12)]), 'toll.mp3')

it('records of pictures and sound say how much of them there was', async () => {
  const { audit, records, table } = trail({ content: true })
  const gateway = await assemble({ budgets, before: [audit] })
  const { images, audio } = clientOf(gateway)
  const drawing = { prompt: 'A toll.', size: '1024x1024' } as const
  await images.generate({ ...drawing, model: 'gpt-image-2', quality: 'low' })
  await images.edit({ ...drawing, model: 'gpt-image-2', quality: 'low', image: await file() })
  await images.generate({ ...drawing, model: 'dall-e-3', n: 2 })
  await (await audio.speech.create({ model: 'tts-1', voice: 'ash', input: 'Stop.' })).arrayBuffer()
  await audio.transcriptions.create({ model: 'whisper-1', file: await file() })
  await audio.transcriptions.create({ model: 'whisper-1', file: await file(), response_format: 'text' })

  const kept = await records(6)
  expect(kept.map(({ endpoint }) => endpoint)).toEqual([
    'images',
    'image_edits',
    'images',
    'speech',
    'transcriptions',
    'transcriptions',
  ])
  expect(kept).toMatchObject([
    { imageOutputTokens: 196, outputTokens: 196, imageInputTokens: null, basis: 'exact' },
    { imageOutputTokens: 196, imageInputTokens: 1_024, basis: 'exact' },
    { images: 2, inputTokens: 0, outputTokens: 0, chargedNanoUsd: 80_000_000, basis: 'exact' },
    { characters: 5, chargedNanoUsd: 75_000, basis: 'exact' },
    { audioMs: 1_000, chargedNanoUsd: 100_000, basis: 'exact' },
    // As long as a file of so many bytes can be: nobody has said.
    { audioMs: 7_500, chargedNanoUsd: 750_000, basis: 'estimated' },
  ])
  expect(JSON.parse(kept[1]!.content!)).toEqual({
    ...drawing,
    model: 'gpt-image-2',
    quality: 'low',
    image: '(file)',
  })
  const [sum] = await table.spendBy()
  expect(sum).toMatchObject({ requests: 6, outputTokens: 392, estimatedNanoUsd: 750_000n })
  expect(sum!.pieces).toEqual({
    images: 2,
    audioMs: 8_500,
    characters: 5,
    webSearches: 0,
    unitThousandths: {},
  })
})
