import { memoryLimits } from '@tollgate/kit/limits'
import { expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { byProvider, oddProvider } from '../support/odd-provider.ts'
import { type RealtimeOptions, realtimeService, type Said } from '../support/realtime.ts'

const SESSION = { type: 'realtime', audio: { input: { turn_detection: null } } }
const USAGE = {
  input_tokens: 1_000,
  output_tokens: 100,
  input_token_details: { text_tokens: 1_000 },
  output_token_details: { text_tokens: 100 },
}
const COST = 1_000 * 4_000 + 100 * 16_000

/** A session at a provider that answers each event so, and what that provider was told. */
async function session(
  answer: (event: Said, say: (...events: readonly object[]) => void) => void,
  options: RealtimeOptions = {},
) {
  const told: Said[] = []
  const hold = (socket: WebSocket) => {
    const say = (...events: readonly object[]) => {
      for (const event of events) socket.send(JSON.stringify(event))
    }
    socket.on('message', (data) => {
      const event = JSON.parse(data.toString()) as Said
      told.push(event)
      answer(event, say)
    })
    say({ type: 'session.created', session: SESSION })
  }
  const service = await realtimeService({ ...byProvider(await oddProvider(hold)), ...options })
  const ada = service.connect()
  await ada.opened
  await ada.next('session.created')
  return { ...service, ada, told }
}

const refusal = (event_id: unknown) => ({
  type: 'error',
  error: { code: 'invalid_value', message: 'no', event_id },
})
const answered = (id: string) => [
  { type: 'response.created', response: { id } },
  { type: 'response.done', response: { id, status: 'completed', usage: USAGE } },
]

it('an error about an event is not taken for one about a response that the client gave the same id', async () => {
  let asked = 0
  const { ada, books, atRest, told } = await session(({ type, event_id }, say) => {
    if (type === 'conversation.item.delete') say(refusal(event_id))
    if (type !== 'response.create') return
    asked += 1
    if (asked === 1) say(refusal('again'), ...answered('r1'))
    else say(refusal(event_id))
  })
  ada.say({ type: 'conversation.item.delete', event_id: 'again', item_id: 'i1' })
  expect((await ada.next('error')).error).toMatchObject({ event_id: 'again' })
  ada.say({ type: 'response.create', event_id: 'again' })
  await ada.next('response.done')
  expect((await books()).spent).toBe(COST)
  expect(told.filter(({ type }) => type === 'response.cancel')).toEqual([])
  // One that is about it is told under the name that the client knows.
  ada.say({ type: 'response.create', event_id: 'again' })
  expect((await ada.next('error')).error).toMatchObject({ event_id: 'again' })
  expect((await ada.next('error')).error).toMatchObject({ event_id: 'again', message: 'no' })
  const ids = told.filter(({ type }) => type === 'response.create').map(({ event_id }) => event_id)
  expect(new Set(ids).size).toBe(2)
  ada.socket.close()
  await ada.closed
  await atRest()
  expect((await books()).spent).toBe(COST)
})

it('of two updates that the client gave one id, the other one counts when one is refused', async () => {
  const { ada, told } = await session(({ type, event_id, session: said }, say) => {
    if (type === 'session.update' && !(said as { tools?: unknown }).tools) say(refusal(event_id))
    if (type === 'response.create') say(...answered('r1'))
  })
  const update = (session: object) =>
    ada.say({ type: 'session.update', event_id: 'same', session: { type: 'realtime', ...session } })
  update({ tools: [{ type: 'mcp', server_label: 's', server_url: 'https://example.com' }] })
  update({ instructions: 'Be brief.' })
  expect((await ada.next('error')).error).toMatchObject({ event_id: 'same', message: 'no' })
  // The provider may have taken the tools, which no price covers.
  ada.say({ type: 'response.create' })
  expect(await ada.next('error', 'response.done')).toMatchObject({ error: { code: 'price_unknown' } })
  expect(told.filter(({ type }) => type === 'response.create')).toEqual([])
})

it('an item is one thing to us and to the provider, whatever stands in it twice', async () => {
  const { ada, told } = await session((event, say) =>
    say({ type: 'conversation.item.added', item: event.item }),
  )
  const picture = '[{"type":"input_image","image_url":"data:image/png;base64,AAAA"}]'
  const words = '[{"type":"input_text","text":"Hello"}]'
  ada.socket.send(
    `{"type":"conversation.item.create","item":{"type":"message","role":"user","content":${picture},"content":${words}}}`,
  )
  await ada.next('conversation.item.added')
  expect(told).toEqual([
    { type: 'conversation.item.create', item: { type: 'message', role: 'user', content: JSON.parse(words) } },
  ])
})

it('a response whose refusal names no event holds its reservation for no longer than a provider may take', async () => {
  const { ada, books, atRest } = await session(
    ({ type }, say) => {
      if (type === 'response.create') say(refusal(null))
    },
    { upgrade: { limits: { connectMs: 2_000 } } },
  )
  ada.say({ type: 'response.create' })
  await ada.next('error')
  expect((await books()).reserved).toBeGreaterThan(0)
  await atRest()
  expect((await books()).spent).toBe(0)
  expect(ada.socket.readyState).toBe(ada.socket.OPEN)
  // The line is free again.
  ada.say({ type: 'response.create' })
  await ada.next('error')
})

it('a response is charged, and the session goes on, where the limits cannot take back what it had', async () => {
  const limits = memoryLimits()
  const rateLimits = {
    limits: { ...limits, give: () => Promise.reject(new Error('the limits are away')) },
    rates: { key: { rpm: 100 } },
  }
  const { ada, books } = await session(
    ({ type }, say) => {
      if (type === 'response.create') say(...answered('r1'))
    },
    { upgrade: { rateLimits } },
  )
  for (const times of [1, 2]) {
    ada.say({ type: 'response.create' })
    await ada.next('response.done')
    await expect.poll(async () => (await books()).spent).toBe(times * COST)
  }
})
