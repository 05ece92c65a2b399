import fc from 'fast-check'
import { expect, it } from 'vitest'
import { totalTokens } from '../../usage.ts'
import { readResponseUsage, readTranscriptionUsage } from './usage.ts'

const count = fc.nat(100_000)

it('counts each token once, however its kinds are told', () => {
  const kinds = fc.record({
    text: count,
    audio: count,
    image: count,
    cachedText: count,
    cachedAudio: count,
    out: count,
    spoken: count,
  })
  fc.assert(
    fc.property(kinds, ({ text, audio, image, cachedText, cachedAudio, out, spoken }) => {
      const cached = { text_tokens: Math.min(cachedText, text), audio_tokens: Math.min(cachedAudio, audio) }
      const usage = readResponseUsage({
        input_tokens: text + audio + image,
        output_tokens: out + spoken,
        input_token_details: {
          text_tokens: text,
          audio_tokens: audio,
          image_tokens: image,
          cached_tokens: cached.text_tokens + cached.audio_tokens,
          cached_tokens_details: cached,
        },
        output_token_details: { text_tokens: out, audio_tokens: spoken },
      })
      const total = text + audio + image + out + spoken
      expect(usage ? totalTokens(usage) : 0).toBe(total)
      expect(usage?.cachedAudioInput ?? 0).toBe(total === 0 ? 0 : cached.audio_tokens)
    }),
  )
})

it.each([null, undefined, {}, { input_tokens: -1 }, { input_tokens: 1.5 }, { output_tokens: '7' }])(
  'says nothing where nothing is said that can be: %j',
  (usage) => {
    expect(readResponseUsage(usage)).toBeUndefined()
  },
)

it('reads transcripts by tokens and by time', () => {
  expect(
    readTranscriptionUsage({
      type: 'tokens',
      input_tokens: 30,
      output_tokens: 9,
      input_token_details: { audio_tokens: 20 },
    }),
  ).toEqual({ input: 10, audioInput: 20, output: 9 })
  expect(readTranscriptionUsage({ type: 'duration', seconds: 1.2345 })).toEqual({
    input: 0,
    output: 0,
    audioMs: 1_235,
  })
  expect(readTranscriptionUsage({ type: 'duration', seconds: -1 })).toBeUndefined()
})
