import { gate } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { type RealtimeOptions, realtimeService, speech, type Talker } from '../support/realtime.ts'

const WRITER = { writer: { input: '1.25', audioInput: '3', output: '5' } }
const TEXT = { output_modalities: ['text'], max_output_tokens: 16 }
const PARAGRAPH = 'Whoever passes pays the toll before the gate is opened. '.repeat(400)

async function session(options?: RealtimeOptions) {
  const service = await realtimeService({ budgets: [{ limit_usd: '50.00', period: 'daily' }], ...options })
  const ada = service.connect()
  await ada.opened
  return { ...service, ada }
}

function configure(ada: Talker, input: object): void {
  ada.say({ type: 'session.update', session: { type: 'realtime', audio: { input } } })
}

describe('transcripts of what was sent before anybody was to write it down', () => {
  it('are paid for', async () => {
    const { ada, provider, books, atRest } = await session({ prices: WRITER })
    configure(ada, { turn_detection: null })
    ada.say({ type: 'input_audio_buffer.append', audio: speech(60_000) })
    configure(ada, { transcription: { model: 'writer' } })
    ada.say({ type: 'input_audio_buffer.commit' })
    await ada.next('conversation.item.input_audio_transcription.completed')
    ada.socket.close()
    await ada.closed
    await atRest()
    expect(provider.totals().nanoUsd).toBeGreaterThan(0)
    expect((await books()).spent).toBe(provider.totals().nanoUsd)
  })

  it('are not written where the budget has no room for them', async () => {
    const { ada, provider } = await session({
      prices: { writer: { input: '1000', audioInput: '1000', output: '1000' } },
      budgets: [{ limit_usd: '0.40', period: 'daily' }],
    })
    configure(ada, { turn_detection: null })
    ada.say({ type: 'input_audio_buffer.append', audio: speech(60_000) })
    configure(ada, { transcription: { model: 'writer' } })
    ada.say({ type: 'input_audio_buffer.commit' })
    const { error } = await ada.next('error')
    expect((error as { code: string }).code).toMatch(/^budget_/)
    ada.socket.close()
    await ada.closed
    expect(provider.totals().nanoUsd).toBe(0)
  })
})

/** What is reserved for the next response, and what that then costs at its provider. */
async function reservedAndCost(
  { ada, provider, books }: Awaited<ReturnType<typeof session>>,
  response: object,
): Promise<{ reserved: number; cost: number }> {
  const before = provider.totals().nanoUsd
  const held = (await books()).reserved
  const door = gate()
  provider.next({ pause: { afterChunks: 1, until: door } })
  ada.say({ type: 'response.create', response })
  await ada.next('response.created')
  const reserved = (await books()).reserved - held
  door.open()
  await ada.next('response.done')
  return { reserved, cost: provider.totals().nanoUsd - before }
}

describe('what a response reads is reserved for', () => {
  it('also when the one before it had instructions of its own', async () => {
    const talk = await session()
    talk.ada.say({ type: 'session.update', session: { type: 'realtime', instructions: PARAGRAPH } })
    await reservedAndCost(talk, { ...TEXT, instructions: 'Be brief.' })
    const { reserved, cost } = await reservedAndCost(talk, TEXT)
    expect(cost).toBeGreaterThan(10_000_000)
    expect(reserved).toBeGreaterThanOrEqual(cost)
  })

  it('as often as it names an item of the conversation', async () => {
    const talk = await session()
    const content = [{ type: 'input_text', text: PARAGRAPH }]
    talk.ada.say({
      type: 'conversation.item.create',
      item: { id: 'long', type: 'message', role: 'user', content },
    })
    const input = new Array(6).fill({ type: 'item_reference', id: 'long' })
    // Settles the standby reservation, so that the next one is measured alone.
    await reservedAndCost(talk, TEXT)
    const { reserved, cost } = await reservedAndCost(talk, { ...TEXT, conversation: 'none', input })
    expect(cost).toBeGreaterThan(60_000_000)
    expect(reserved).toBeGreaterThanOrEqual(cost)
  })

  it('at the price of speech where only the beta’s field says that it is text', async () => {
    const talk = await session()
    await reservedAndCost(talk, TEXT)
    const { reserved, cost } = await reservedAndCost(talk, { modalities: ['text'], max_output_tokens: 100 })
    expect(reserved).toBeGreaterThanOrEqual(cost)
  })
})

it.each([
  [{ modalities: ['text'], output_modalities: ['audio'] }, 'modalities'],
  [{ max_output_tokens: 1, max_response_output_tokens: 4_096 }, 'max_response_output_tokens'],
])('what a response says twice is refused: %o', async (response, param) => {
  const { ada, provider } = await session()
  ada.say({ type: 'response.create', response })
  expect((await ada.next('error')).error).toMatchObject({ code: 'invalid_request', param })
  expect(provider.totals().reached).toBe(0)
})

it('what a session says twice is refused', async () => {
  const { ada } = await session()
  const input_audio_transcription = { model: 'writer' }
  ada.say({
    type: 'session.update',
    session: { type: 'realtime', audio: { input: {} }, input_audio_transcription },
  })
  expect((await ada.next('error')).error).toMatchObject({ param: 'input_audio_transcription' })
})
