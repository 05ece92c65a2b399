import { describe, expect, it } from 'vitest'
import { transcriptions } from './transcriptions.ts'

function usageIn(answer: object) {
  const reader = transcriptions.answerReader()
  reader.push(Buffer.from(JSON.stringify(answer)))
  return reader.end().usage
}

const TOKENS = {
  type: 'tokens',
  input_tokens: 45,
  input_token_details: { text_tokens: 5, audio_tokens: 40 },
  output_tokens: 12,
  total_tokens: 57,
}

describe('what an answer says it cost', () => {
  it('is tokens, each at its kind', () => {
    expect(usageIn({ text: 'a', usage: TOKENS })).toEqual({ input: 5, audioInput: 40, output: 12 })
  })

  it('where its details are missing, all that went in was sound', () => {
    const { input_token_details: _, ...usage } = TOKENS
    expect(usageIn({ text: 'a', usage })).toEqual({ input: 0, audioInput: 45, output: 12 })
  })

  it.each([
    ['a duration', { usage: { type: 'duration', seconds: 9 } }, 9_000],
    ['a part of a second', { usage: { type: 'duration', seconds: 8.4703 } }, 8_471],
    ['the answer’s own, by the second', { duration: 8.2, text: 'a' }, 9_000],
  ])('is time: %s', (_, answer, audioMs) => {
    expect(usageIn(answer)).toEqual({ input: 0, output: 0, audioMs })
  })

  it.each([
    { text: 'a' },
    { usage: { type: 'duration', seconds: 0 } },
    { usage: { type: 'duration', seconds: '9' } },
    { duration: -1 },
    { duration: 1e300 },
  ])('is nothing in %o', (answer) => {
    expect(usageIn(answer)).toBeUndefined()
  })
})

it('a stream shows its text, and says at its end what it cost', () => {
  const reader = transcriptions.streamReader({ hideUsage: false })
  const said = [
    { type: 'transcript.text.delta', delta: 'Stop' },
    { type: 'transcript.text.delta', delta: '. "transcript.text.done" Pay.' },
  ]
  for (const data of said) reader.push(Buffer.from(`data: ${JSON.stringify(data)}\n\n`))
  expect(reader.takeGenerated()).toEqual({ texts: ['Stop. "transcript.text.done" Pay.'], pieces: 2 })
  const done = { type: 'transcript.text.done', text: 'Stop. Pay.', usage: TOKENS }
  reader.push(Buffer.from(`data: ${JSON.stringify(done)}\n\n`))
  reader.end()
  expect(reader).toMatchObject({ usage: { audioInput: 40, output: 12 }, done: true, overtaken: false })
})
