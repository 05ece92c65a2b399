import { memoryLimits } from '@tollgate/kit/limits'
import { gate } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { realtimeService } from '../support/realtime.ts'

const TEXT = { output_modalities: ['text'], max_output_tokens: 50 }

async function paced(rates: object, behaviour = {}) {
  const rateLimits = { limits: memoryLimits(), rates: { key: rates } }
  return realtimeService({ upgrade: { rateLimits }, provider: behaviour })
}

it('a session holds one of its caller’s slots for as long as it lasts', async () => {
  const { connect } = await paced({ concurrency: 1 })
  const ada = connect()
  await ada.opened
  await expect(connect().opened).rejects.toMatchObject({
    status: 429,
    body: expect.stringContaining('rate_limited'),
  })
  // Its own responses need no other.
  ada.say({ type: 'response.create', response: TEXT })
  await ada.next('response.done')
  ada.socket.close()
  await ada.closed
  await expect
    .poll(() =>
      connect().opened.then(
        () => 'open',
        () => 'refused',
      ),
    )
    .toBe('open')
})

it('a session that no provider opens gives its slot back', async () => {
  const refusals = [{ refusal: { status: 429, message: 'Slow down.', code: 'rate_limit_exceeded' } }]
  const { connect } = await paced({ concurrency: 1 }, { behave: () => refusals.shift() ?? {} })
  await expect(connect().opened).rejects.toMatchObject({ body: expect.stringContaining('provider') })
  await connect().opened
})

it('each response is a request: the one too many is refused, costs nothing, and the session goes on', async () => {
  const { connect, provider, atRest } = await paced({ rpm: 3 })
  const ada = connect()
  await ada.opened
  for (const _ of [1, 2]) {
    ada.say({ type: 'response.create', response: TEXT })
    await ada.next('response.done')
  }
  ada.say({ type: 'response.create', response: TEXT })
  expect((await ada.next('error')).error).toMatchObject({ code: 'rate_limited' })
  expect(ada.socket.readyState).toBe(ada.socket.OPEN)
  expect(provider.totals().reached).toBe(2)
  ada.socket.close()
  await atRest()
})

it('counts the tokens of responses, as they turn out', async () => {
  const door = gate()
  const { connect, provider } = await paced({ tpm: 1_200 }, { answerTokens: 40 })
  const ada = connect()
  await ada.opened
  provider.next({ pause: { afterChunks: 1, until: door } })
  const long = { output_modalities: ['text'], max_output_tokens: 1_000 }
  ada.say({ type: 'response.create', response: long })
  await ada.next('response.created')
  ada.say({ type: 'response.create', response: { ...long, conversation: 'none' } })
  expect((await ada.next('error')).error).toMatchObject({ code: 'rate_limited' })
  door.open()
  await ada.next('response.done')
  ada.say({ type: 'response.create', response: { ...TEXT } })
  await ada.next('response.done')
})
