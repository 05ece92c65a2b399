import { gate } from '@tollgate/testing'
import { toFile } from 'openai'
import { describe, expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'
import { budgets, clientOf, errorOf, expectBooked } from '../support/openai.ts'
import { m4a, silentFlac, webm } from '../support/recordings.ts'

const input = 'Stop. Pay. Go. '.repeat(20)
const SAY = { input, voice: 'ash' }

/** A plain WAV file: 16,000 samples a second of two bytes. */
function wav(seconds: number) {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0, 'latin1')
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(16_000, 24)
  head.writeUInt32LE(32_000, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36, 'latin1')
  return toFile(Buffer.concat([head, Buffer.alloc(32_000 * seconds, 7)]), 'toll.wav', { type: 'audio/wav' })
}

describe('audio.speech.create', () => {
  it('by the character: gives the very bytes, and books the characters exactly', async () => {
    const gateway = await assemble({ budgets })
    const { data: answer, response } = await clientOf(gateway)
      .audio.speech.create({ ...SAY, model: 'tts-1', response_format: 'pcm' })
      .withResponse()
    const sound = Buffer.from(await answer.arrayBuffer())
    expect(response.headers.get('content-type')).toBe('audio/pcm')
    // 60 ms a character, 48 bytes a ms.
    expect(sound).toHaveLength(input.length * 60 * 48)
    expect(sound.subarray(0, 6)).toEqual(Buffer.from([0x80, 0x00, 0xfe, 0x0d, 0x0a, 0xc3]))
    expect(gateway.provider.totals().nanoUsd).toBe(input.length * 15_000)
    await expectBooked(gateway)
  })

  it.each(['mp3', 'wav', 'pcm'] as const)(
    'by the token, as %s: books a little more than it was, by its length',
    async (format) => {
      const gateway = await assemble({ budgets })
      const answer = await clientOf(gateway).audio.speech.create({
        ...SAY,
        model: 'gpt-4o-mini-tts',
        response_format: format,
      })
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(100_000)
      await gateway.atRest()
      const { spent } = await gateway.books()
      const { nanoUsd } = gateway.provider.totals()
      expect(spent).toBeGreaterThanOrEqual(nanoUsd)
      expect(spent).toBeLessThan(nanoUsd * 1.05)
    },
  )

  it('as events: books the usage that the last one says', async () => {
    const gateway = await assemble({ budgets })
    const answer = await clientOf(gateway).audio.speech.create({
      ...SAY,
      model: 'gpt-4o-mini-tts',
      stream_format: 'sse',
    })
    const text = await answer.text()
    expect(text).toContain('"speech.audio.delta"')
    expect(text).toContain('"speech.audio.done"')
    await expectBooked(gateway)
  })

  it('passes sound as it comes, and holds none of it back', async () => {
    const gateway = await assemble({ budgets })
    const held = gate()
    gateway.provider.next({ pause: { afterChunks: 2, until: held } })
    const answer = await clientOf(gateway).audio.speech.create({
      ...SAY,
      model: 'tts-1',
      response_format: 'pcm',
    })
    const reader = answer.body!.getReader()
    let seen = 0
    // Two seconds of sound are here while the third is not made yet.
    while (seen < 2 * 48_000) seen += (await reader.read()).value!.length
    expect(gateway.provider.requests[0]?.chunksSent).toBe(2)
    held.open()
    for (let read = await reader.read(); !read.done; read = await reader.read()) seen += read.value.length
    expect(seen).toBe(input.length * 60 * 48)
    await expectBooked(gateway)
  })

  it('costs all of its characters, though its client leaves', async () => {
    const gateway = await assemble({ budgets })
    const held = gate()
    gateway.provider.next({ pause: { afterChunks: 1, until: held } })
    const leaving = new AbortController()
    const answer = await clientOf(gateway).audio.speech.create(
      { ...SAY, model: 'tts-1' },
      { signal: leaving.signal },
    )
    await answer.body!.getReader().read()
    leaving.abort()
    await gateway.atRest()
    held.open()
    expect((await gateway.books()).spent).toBe(input.length * 15_000)
  })

  it('is refused where its worst case does not fit, and nothing is sent', async () => {
    const gateway = await assemble({ budgets: [{ limit_usd: '0.001', period: 'daily' }] })
    const error = await errorOf(clientOf(gateway).audio.speech.create({ ...SAY, model: 'tts-1' }))
    expect(error).toMatchObject({ status: 429, code: 'budget_exceeded' })
    expect(gateway.provider.requests).toHaveLength(0)
  })
})

describe('audio.transcriptions.create', () => {
  it('by the token, as json', async () => {
    const gateway = await assemble({ budgets })
    const answer = await clientOf(gateway).audio.transcriptions.create({
      model: 'gpt-4o-mini-transcribe',
      file: await wav(3),
      prompt: 'tolls',
    })
    const [request] = gateway.provider.requests
    expect(answer.text).toBe(request?.texts[0])
    expect(answer.usage).toMatchObject({ type: 'tokens', input_token_details: { audio_tokens: 30 } })
    await expectBooked(gateway)
  })

  it('by the token, as a stream', async () => {
    const gateway = await assemble({ budgets })
    const stream = await clientOf(gateway).audio.transcriptions.create({
      model: 'gpt-4o-mini-transcribe',
      file: await wav(3),
      stream: true,
    })
    let text = ''
    for await (const event of stream) if (event.type === 'transcript.text.delta') text += event.delta
    expect(text).toBe(gateway.provider.requests[0]?.texts[0])
    await expectBooked(gateway)
  })

  it.each(['json', 'verbose_json'] as const)('by time, as %s: to the second', async (response_format) => {
    const gateway = await assemble({ budgets })
    const answer = await clientOf(gateway).audio.transcriptions.create({
      model: 'whisper-1',
      file: await wav(7),
      response_format,
    })
    expect(answer.usage).toEqual({ type: 'duration', seconds: 7 })
    expect(gateway.provider.totals().nanoUsd).toBe(700_000)
    await expectBooked(gateway)
  })

  it('by time, where only the answer’s own duration tells', async () => {
    const gateway = await assemble({ budgets })
    gateway.provider.next({ usage: 'never' })
    await clientOf(gateway).audio.transcriptions.create({
      model: 'whisper-1',
      file: await wav(7),
      response_format: 'verbose_json',
    })
    await expectBooked(gateway)
  })

  it.each(['text', 'srt', 'vtt'] as const)(
    'as %s, which says no usage: as long as the file can be',
    async (response_format) => {
      const gateway = await assemble({ budgets })
      const text = await clientOf(gateway).audio.transcriptions.create({
        model: 'whisper-1',
        file: await wav(7),
        response_format,
      })
      expect(text).toContain(gateway.provider.requests[0]?.texts[0])
      await gateway.atRest()
      const { spent } = await gateway.books()
      expect(spent).toBeGreaterThanOrEqual(gateway.provider.totals().nanoUsd)
      // The head of the file is taken for sound too: a few ms.
      expect(spent).toBeLessThan(gateway.provider.totals().nanoUsd + 1_000)
    },
  )

  // More than a hundred seconds each, which is more than a cent pays for, in a few hundred bytes.
  it.each<[string, Buffer]>([
    ['FLAC of silence', silentFlac(20)],
    [
      'WebM of Opus that leaves out the silence',
      webm([
        { atMs: 0, packets: 1 },
        { atMs: 600_000, packets: 1 },
      ]),
    ],
    ['M4A that says it is long', m4a({ said: 600 })],
    ['M4A whose samples are all the same few bytes', m4a({ samples: 10_000 })],
  ])('a small file that plays long is reserved for by what it is made of: %s', async (_, bytes) => {
    expect(bytes.length).toBeLessThan(600)
    const gateway = await assemble({ budgets: [{ limit_usd: '0.01', period: 'daily' }] })
    const file = await toFile(bytes, 'a.wav')
    const error = await errorOf(clientOf(gateway).audio.transcriptions.create({ model: 'whisper-1', file }))
    expect(error).toMatchObject({ status: 429, code: 'budget_exceeded' })
    expect(gateway.provider.requests).toHaveLength(0)
  })

  it('a file that nobody can read is refused under a budget', async () => {
    const gateway = await assemble({ budgets })
    const odd = Buffer.concat([Buffer.from('RIFF....WAVEfmt '), Buffer.alloc(600, 1)])
    const file = await toFile(odd, 'a.wav')
    const error = await errorOf(clientOf(gateway).audio.transcriptions.create({ model: 'whisper-1', file }))
    expect(error).toMatchObject({ status: 400, code: 'price_unknown', param: 'file' })
    expect(gateway.provider.requests).toHaveLength(0)
  })

  it('is refused without its file, and in JSON', async () => {
    const gateway = await assemble({ budgets })
    const form = new FormData()
    form.append('model', 'whisper-1')
    const { authorization } = gateway.key
    const bare = await fetch(`${gateway.url}/audio/transcriptions`, {
      method: 'POST',
      body: form,
      headers: { authorization },
    })
    expect(bare.status).toBe(400)
    expect(await bare.json()).toMatchObject({ error: { param: 'file' } })
    expect((await gateway.post('/audio/transcriptions', { model: 'whisper-1' })).status).toBe(415)
    expect(gateway.provider.requests).toHaveLength(0)
    expect(await gateway.books()).toMatchObject({ spent: 0, reserved: 0 })
  })
})

it('audio.translations.create', async () => {
  const gateway = await assemble({ budgets })
  const answer = await clientOf(gateway).audio.translations.create({ model: 'whisper-1', file: await wav(2) })
  expect(answer.text).toBe(gateway.provider.requests[0]?.texts[0])
  await expectBooked(gateway)
})

describe('moderations.create', () => {
  it('costs nothing, and passes a budget that has nothing left', async () => {
    const gateway = await assemble({ budgets: [{ limit_usd: '0.00', period: 'daily' }] })
    const { results } = await clientOf(gateway).moderations.create({ input: ['peace', 'violence'] })
    expect(results.map(({ flagged }) => flagged)).toEqual([false, true])
    expect(gateway.provider.requests[0]?.body).toEqual({ input: ['peace', 'violence'] })
    await expectBooked(gateway)
  })

  it('costs what a price of one’s own says', async () => {
    const model = 'omni-moderation-latest'
    const gateway = await assemble({ budgets, prices: { [model]: { input: '0.10' } } })
    await clientOf(gateway).moderations.create({ model, input: 'How much is the toll? '.repeat(50) })
    await gateway.atRest()
    const { spent } = await gateway.books()
    const { nanoUsd } = gateway.provider.totals()
    // The answer says no usage: it is counted, twice over, since its tokenizer is not public.
    expect(spent).toBeGreaterThanOrEqual(nanoUsd)
    expect(spent).toBeLessThan(nanoUsd * 2.1)
  })
})
