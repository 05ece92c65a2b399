import { gate } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { realtimeService, speech, VOICE } from '../support/realtime.ts'

/** A short answer in text. */
const BRIEF = { type: 'response.create', response: { output_modalities: ['text'], max_output_tokens: 100 } }

describe('a budget over sessions', () => {
  it('that is used up in the middle of one tells the client, and closes it', async () => {
    const limit = 40_000_000
    const { connect, provider, books, atRest, records } = await realtimeService({
      budgets: [{ limit_usd: '0.04', period: 'daily' }],
      provider: { answerTokens: 400 },
    })
    const ada = connect()
    await ada.opened
    const ask = { type: 'response.create', response: { output_modalities: ['text'], max_output_tokens: 400 } }
    for (;;) {
      ada.say(ask)
      const { type } = await ada.next('response.done', 'error')
      if (type === 'error') break
    }
    expect(await ada.closed).toEqual({ code: 1008, reason: 'budget_exceeded' })
    const last = ada.heard.at(-1)!
    expect(last).toMatchObject({
      type: 'error',
      error: { code: 'budget_exceeded', type: 'insufficient_quota' },
    })
    await atRest()
    const { nanoUsd, reached } = provider.totals()
    expect(reached).toBeGreaterThan(2)
    expect(nanoUsd).toBeLessThanOrEqual(limit)
    expect((await books()).spent).toBe(nanoUsd)
    expect(records.at(-1)).toMatchObject({ decision: 'budget_exceeded', chargedNanoUsd: 0 })
  })

  it('holds for twenty sessions at once, though it has room for three responses', async () => {
    const limit = 30_000_000
    const { connect, provider, books, atRest } = await realtimeService({
      budgets: [{ limit_usd: '0.03', period: 'daily' }],
      provider: { answerTokens: 100, chunkIntervalMs: 1 },
    })
    const talkers = Array.from({ length: 20 }, () => connect())
    const opened = await Promise.allSettled(talkers.map((talker) => talker.opened))
    const inside = talkers.filter((_, index) => opened[index]!.status === 'fulfilled')
    expect(inside.length).toBeGreaterThan(0)
    expect(inside.length).toBeLessThan(20)
    await Promise.all(
      inside.map(async (talker) => {
        for (let round = 0; round < 20; round += 1) {
          if (talker.socket.readyState !== talker.socket.OPEN) return
          talker.say({ type: 'response.create' })
          await talker.next('response.done', 'error').catch(() => {})
        }
      }),
    )
    for (const { socket } of talkers) socket.terminate()
    await atRest()
    const { nanoUsd, reached } = provider.totals()
    expect(reached).toBeGreaterThan(2)
    expect(nanoUsd).toBeLessThanOrEqual(limit)
    expect((await books()).spent).toBe(nanoUsd)
  })

  it('puts a cap into every response, whatever the session or the client says of it', async () => {
    const { connect, provider } = await realtimeService({ budgets: [{ limit_usd: '1.00', period: 'daily' }] })
    const ada = connect()
    await ada.opened
    ada.say({ type: 'session.update', session: { type: 'realtime', max_output_tokens: 'inf' } })
    for (const response of [
      undefined,
      {},
      { max_output_tokens: 'inf' },
      { max_output_tokens: 'lots' },
      { max_output_tokens: 7 },
    ]) {
      ada.say({ type: 'response.create', ...(response && { response }) })
      await ada.next('response.done')
    }
    const caps = provider.requests.flatMap(({ method, body }) =>
      method === 'RESPONSE' ? [(body as { max_output_tokens: unknown }).max_output_tokens] : [],
    )
    expect(caps).toHaveLength(5)
    expect(caps.every((cap) => Number.isInteger(cap))).toBe(true)
    expect(caps.at(-1)).toBe(7)
  })

  it('holds when many turns are sent at once, which a provider would answer all by itself', async () => {
    const limit = 60_000_000
    const { connect, provider, books, atRest } = await realtimeService({
      budgets: [{ limit_usd: '0.06', period: 'daily' }],
      provider: { answerTokens: 40 },
    })
    const ada = connect()
    await ada.opened
    ada.say({ type: 'input_audio_buffer.append', audio: speech(400, 600, 60) })
    await expect.poll(() => ada.heard.some(({ type }) => type === 'error')).toBe(true)
    ada.socket.terminate()
    await atRest()
    expect(provider.totals().nanoUsd).toBeLessThanOrEqual(limit)
    expect((await books()).spent).toBeGreaterThanOrEqual(provider.totals().nanoUsd)
    expect((await books()).spent).toBeLessThanOrEqual(limit)
  })

  it('stays as it was where running responses hold the rest: the session goes on', async () => {
    const door = gate()
    const { connect } = await realtimeService({
      budgets: [{ limit_usd: '0.02', period: 'daily' }],
      provider: { hold: door },
    })
    const ada = connect()
    await ada.opened
    ada.say({ type: 'response.create', response: { max_output_tokens: 200 } })
    await ada.next('response.created')
    ada.say({ type: 'response.create', response: { conversation: 'none', max_output_tokens: 200 } })
    expect((await ada.next('error')).error).toMatchObject({ code: 'budget_reserved' })
    door.open()
    await ada.next('response.done')
    ada.say(BRIEF)
    await ada.next('response.done')
  })

  it('is held for all of a window where a picture has been shown that nobody has counted', async () => {
    const door = gate()
    const { connect, books, provider } = await realtimeService({
      budgets: [{ limit_usd: '50.00', period: 'daily' }],
    })
    const ada = connect()
    await ada.opened
    const content = [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }]
    ada.say({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
    provider.next({ pause: { afterChunks: 1, until: door } })
    ada.say(BRIEF)
    await ada.next('response.created')
    const window = 32_000 * Number(VOICE.input) * 1_000
    expect((await books()).reserved).toBeGreaterThanOrEqual(window)
    door.open()
    await ada.next('response.done')
    provider.next({ pause: { afterChunks: 1, until: gate() } })
    ada.say(BRIEF)
    await ada.next('response.created')
    expect((await books()).reserved).toBeLessThan(window / 10)
  })

  it('refuses what has no price, and goes on', async () => {
    const { connect, provider } = await realtimeService()
    const ada = connect()
    await ada.opened
    const tools = [{ type: 'mcp', server_label: 'x', server_url: 'https://mcp.example' }]
    ada.say({ type: 'response.create', response: { tools } })
    expect((await ada.next('error')).error).toMatchObject({ code: 'price_unknown', param: 'tools' })
    ada.say({ type: 'session.update', session: { type: 'realtime', tools } })
    ada.say(BRIEF)
    expect((await ada.next('error')).error).toMatchObject({ code: 'price_unknown' })
    ada.say({ type: 'session.update', session: { type: 'realtime', tools: [] } })
    await ada.next('session.updated')
    await ada.next('session.updated')
    ada.say(BRIEF)
    await ada.next('response.done')
    expect(provider.totals().reached).toBe(1)
  })
})
