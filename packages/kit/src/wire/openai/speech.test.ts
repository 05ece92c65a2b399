import { describe, expect, it } from 'vitest'
import { parseCall } from '../receive.ts'
import { speech } from './speech.ts'

const read = (body: object) => parseCall(Buffer.from(JSON.stringify(body)), '/v1/audio/speech', speech)!
const ASK = { model: 'gpt-4o-mini-tts', voice: 'ash', input: 'Zoll 🚧' }

it('is counted in characters, as Unicode counts them', () => {
  expect(read(ASK)).toMatchObject({
    stream: false,
    audioOutput: true,
    media: { kind: 'speech', characters: 6, format: 'mp3' },
  })
})

it.each([
  [{}, 1],
  [{ speed: 4 }, 1],
  [{ speed: 0.5 }, 2],
  [{ speed: -1 }, 4],
  [{ instructions: 'Take your time.' }, 4],
  [{ instructions: 'Take your time.', speed: 0.25 }, 16],
])('may be read more slowly than usual: %o', (said, slowness) => {
  expect(read({ ...ASK, ...said }).media).toMatchObject({ slowness })
})

it('is a stream where its events are asked for', () => {
  expect(read({ ...ASK, stream_format: 'sse' }).stream).toBe(true)
  expect(read({ ...ASK, stream_format: 'audio', response_format: 'pcm' })).toMatchObject({
    stream: false,
    media: { format: 'pcm' },
  })
})

it.each([
  [{ input: undefined }, 'input'],
  [{ input: '' }, 'input'],
  [{ input: ['a'] }, 'input'],
  [{ stream_format: 'SSE' }, 'stream_format'],
  [{ response_format: 1 }, 'response_format'],
  [{ speed: '0.25' }, 'speed'],
])('%o is refused', (said, param) => {
  expect(() => read({ ...ASK, ...said })).toThrow(expect.objectContaining({ param }))
})

describe('its stream', () => {
  const delta = { type: 'speech.audio.delta', audio: 'AAAA' }
  const done = {
    type: 'speech.audio.done',
    usage: { input_tokens: 14, output_tokens: 101, total_tokens: 115 },
  }
  const events = [delta, delta, done].map((data) => `data: ${JSON.stringify(data)}\n\n`)

  it('says at its end what it cost: text in, sound out', () => {
    const reader = speech.streamReader({ hideUsage: false })
    for (const event of events) reader.push(Buffer.from(event))
    reader.end()
    expect(reader).toMatchObject({ usage: { input: 14, output: 0, audioOutput: 101 }, done: true })
  })

  it('that breaks off has no end', () => {
    const reader = speech.streamReader({ hideUsage: false })
    reader.push(Buffer.from(events[0]!))
    reader.end()
    expect(reader).toMatchObject({ usage: undefined, done: false })
  })
})
