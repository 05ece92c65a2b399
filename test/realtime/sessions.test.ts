import { describe, expect, it } from 'vitest'
import { realtimeService, type Said, speech, type Talker } from '../support/realtime.ts'

const TEXT = { type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } }

/** Say something, and have it answered. */
async function ask(talker: Talker, text: string, response: object = {}): Promise<Said> {
  const content = [{ type: 'input_text', text }]
  talker.say({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
  talker.say({ type: 'response.create', response })
  return (await talker.next('response.done')).response as Said
}

describe('a session', () => {
  it('in text is charged what the provider counts, response by response', async () => {
    const { connect, provider, books, atRest, records } = await realtimeService()
    const ada = connect()
    await ada.opened
    ada.say(TEXT)
    const first = await ask(ada, 'What does a toll keeper do all day?')
    expect(first).toMatchObject({ status: 'completed', output_modalities: ['text'] })
    expect((await books()).spent).toBe(provider.totals().nanoUsd)
    await ask(ada, 'And at night?')
    await atRest()
    expect(provider.totals()).toMatchObject({ reached: 2, outputTokens: 48 })
    expect((await books()).spent).toBe(provider.totals().nanoUsd)
    ada.socket.close(1000)
    await ada.closed
    const generated = provider.requests.filter(({ method }) => method === 'RESPONSE')
    expect(records.map(({ chargedNanoUsd }) => chargedNanoUsd)).toEqual(
      generated.map(({ nanoUsd }) => nanoUsd),
    )
    expect(records).toMatchObject([
      { basis: 'exact', endpoint: 'realtime', status: 101, model: 'gpt-realtime', decision: 'allowed' },
      { basis: 'exact', requestId: records[0]!.requestId },
    ])
  })

  it('is charged each kind of token at its own price: heard, cached, written and spoken', async () => {
    const { connect, provider, books, atRest, records } = await realtimeService({
      provider: { cachedTokens: 30, answerTokens: 12 },
    })
    const ada = connect()
    await ada.opened
    ada.say({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: null } } },
    })
    ada.say({ type: 'input_audio_buffer.append', audio: speech(6_000) })
    ada.say({ type: 'input_audio_buffer.commit' })
    ada.say({ type: 'response.create' })
    const { usage } = (await ada.next('response.done')).response as { usage: object }
    expect(usage).toMatchObject({
      input_token_details: { audio_tokens: 60, cached_tokens: 30 },
      output_token_details: { text_tokens: 12, audio_tokens: 24 },
    })
    await atRest()
    expect((await books()).spent).toBe(provider.totals().nanoUsd)
    expect(records[0]).toMatchObject({ audioOutputTokens: 24, outputTokens: 12, cachedInputTokens: 30 })
  })

  it('answers turns that the provider finds, one reservation each, and looks as the client wants it', async () => {
    const { connect, provider, books, atRest } = await realtimeService()
    const ada = connect()
    await ada.opened
    ada.say(TEXT)
    const shown = await ada.next('session.updated')
    expect(shown.session).toMatchObject({ audio: { input: { turn_detection: { create_response: true } } } })
    for (const turn of [1, 2]) {
      ada.say({ type: 'input_audio_buffer.append', audio: speech(900, 600) })
      expect((await ada.next('response.done')).response, `turn ${turn}`).toMatchObject({
        status: 'completed',
      })
    }
    await atRest()
    expect(provider.totals().reached).toBe(2)
    expect((await books()).spent).toBe(provider.totals().nanoUsd)
    // The provider was told to begin no response by itself, and nobody was told of that.
    expect(ada.heard.filter(({ type }) => type === 'session.updated')).toHaveLength(1)
  })

  it('leaves turns unanswered where the client asks for that', async () => {
    const { connect, provider } = await realtimeService()
    const ada = connect()
    await ada.opened
    const quiet = { type: 'server_vad', create_response: false, silence_duration_ms: 200 }
    ada.say({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: quiet } } },
    })
    ada.say({ type: 'input_audio_buffer.append', audio: speech(400, 400) })
    await ada.next('input_audio_buffer.committed')
    ada.say({ type: 'response.create', response: { output_modalities: ['text'] } })
    await ada.next('response.done')
    expect(provider.totals().reached).toBe(1)
  })

  it('pays for transcripts, which another model writes', async () => {
    const { connect, provider, books, atRest, records } = await realtimeService({
      prices: { writer: { input: '1.25', audioInput: '3', output: '5' } },
    })
    const ada = connect()
    await ada.opened
    const audio = { input: { transcription: { model: 'writer' }, turn_detection: null } }
    ada.say({ type: 'session.update', session: { type: 'realtime', audio } })
    ada.say({ type: 'input_audio_buffer.append', audio: speech(12_000) })
    ada.say({ type: 'input_audio_buffer.commit' })
    await ada.next('conversation.item.input_audio_transcription.completed')
    expect((await books()).reserved).toBeGreaterThan(0)
    ada.socket.close()
    await ada.closed
    await atRest()
    expect(provider.totals()).toMatchObject({ reached: 1, inputTokens: 120 })
    expect((await books()).spent).toBe(provider.totals().nanoUsd)
    expect(records.at(-1)).toMatchObject({ model: 'writer', basis: 'exact', audioInputTokens: 120 })
  })

  it('passes frames byte for byte, both ways', async () => {
    const { connect, provider } = await realtimeService()
    const ada = connect()
    await ada.opened
    const odd =
      '{ "type" : "conversation.item.create",\n "item": {"type":"message","role":"user","content":[{"type":"input_text","text":"\\u00e9"}]} }'
    ada.socket.send(odd)
    const added = await ada.next('conversation.item.added')
    expect(added.item).toMatchObject({ content: [{ text: 'é' }] })
    expect(ada.raw.every((text) => text === JSON.stringify(JSON.parse(text)))).toBe(true)
    expect(provider.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer sk-provider-key-of-the-operator',
    })
    expect(JSON.stringify(provider.requests[0]?.headers)).not.toContain('tg-')
  })

  it('reserves little for a conversation that has been counted, and all of a window for a picture', async () => {
    const { connect, books } = await realtimeService({ budgets: [{ limit_usd: '50.00', period: 'daily' }] })
    const ada = connect()
    await ada.opened
    const before = (await books()).reserved
    ada.say(TEXT)
    await ask(ada, 'Be brief.', { max_output_tokens: 16 })
    const content = [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }]
    ada.say({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
    ada.say({ type: 'response.create', response: { max_output_tokens: 16 } })
    await ada.next('response.created')
    await ada.next('response.done')
    expect(before).toBeGreaterThan(0)
  })
})

describe('what a client says that is no event', () => {
  it.each([
    ['no JSON', 'hello'],
    ['no object', '[1]'],
    ['another type', '{"type":"response.create_free"}'],
    ['a type twice', '{"type":"input_audio_buffer.clear","type":"response.create"}'],
    ['another spelling', '{"type":"input_audio_buffer.clear","TYPE":"response.create"}'],
    ['a transcription session', '{"type":"session.update","session":{"type":"transcription"}}'],
    ['another model', '{"type":"session.update","session":{"type":"realtime","model":"gpt-realtime-2"}}'],
  ])('is told so, and the session goes on: %s', async (_, text) => {
    const { connect, provider } = await realtimeService()
    const ada = connect()
    await ada.opened
    ada.socket.send(text)
    const { error } = await ada.next('error')
    expect(error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_request' })
    ada.say({ type: 'response.create', response: { output_modalities: ['text'] } })
    await ada.next('response.done')
    expect(provider.totals().reached).toBe(1)
  })

  it('is told so of a frame of bytes', async () => {
    const { connect } = await realtimeService()
    const ada = connect()
    await ada.opened
    ada.socket.send(Buffer.from('{"type":"response.create"}'), { binary: true })
    expect((await ada.next('error')).error).toMatchObject({ code: 'invalid_request' })
  })
})
