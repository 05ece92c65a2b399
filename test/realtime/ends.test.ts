import { connect as connectTcp } from 'node:net'
import { text } from 'node:stream/consumers'
import type { AuditRecord } from '@tollgate/kit/audit'
import { keyAuthenticator } from '@tollgate/kit/stages/auth-virtual-key'
import { dieAfter, gate, TEST_MASTER_KEY, testDirectory, testKey } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { byProvider, oddProvider } from '../support/odd-provider.ts'
import { type RealtimeService, realtimeService, type Talker } from '../support/realtime.ts'

const BRIEF = { type: 'response.create', response: { output_modalities: ['text'], max_output_tokens: 400 } }

/** A response that has come as far as its tenth token, and goes no further by itself. */
async function halfWay(service: RealtimeService): Promise<Talker> {
  service.provider.next({ answerTokens: 200, pause: { afterChunks: 10, until: gate() } })
  const ada = service.connect()
  await ada.opened
  ada.say(BRIEF)
  for (let token = 0; token < 10; token += 1) await ada.next('response.output_text.delta')
  return ada
}

/** Charged at least what was generated, at most what was reserved, and marked. */
async function expectEstimate({ atRest, books, provider, records }: RealtimeService): Promise<AuditRecord> {
  await atRest()
  const { spent } = await books()
  const [record] = records
  expect(records).toHaveLength(1)
  expect(record).toMatchObject({ basis: 'estimated', chargedNanoUsd: spent })
  expect(spent).toBeGreaterThanOrEqual(provider.totals().nanoUsd)
  expect(spent).toBeLessThan(record!.reservedNanoUsd!)
  return record!
}

describe('a response that is broken off is charged what came of it', () => {
  it('when its client leaves: the provider is let go', async () => {
    const service = await realtimeService()
    const ada = await halfWay(service)
    ada.socket.terminate()
    const record = await expectEstimate(service)
    expect(record).toMatchObject({ ending: 'aborted' })
    await service.provider.waitFor(({ requests }) => requests.every(({ outcome }) => outcome !== 'open'))
    expect(service.upgrade.sessions()).toBe(0)
  })

  it('when its provider dies: the client is told', async () => {
    const service = await realtimeService()
    service.provider.next({ answerTokens: 200, ...dieAfter(10) })
    const ada = service.connect()
    await ada.opened
    ada.say(BRIEF)
    expect(await ada.closed).toEqual({ code: 1011, reason: 'provider_error' })
    expect(ada.heard.at(-1)).toMatchObject({ type: 'error', error: { code: 'provider_error' } })
    await expectEstimate(service)
  })

  it('when the gateway ends it', async () => {
    const service = await realtimeService()
    const ada = await halfWay(service)
    service.upgrade.cut()
    expect(await ada.closed).toMatchObject({ code: 1001 })
    expect(ada.heard.at(-1)).toMatchObject({ type: 'error', error: { code: 'ledger_unavailable' } })
    await expectEstimate(service)
  })

  it('when its provider does not say what it used', async () => {
    const service = await realtimeService({ provider: { usage: 'never' } })
    const ada = service.connect()
    await ada.opened
    ada.say(BRIEF)
    await ada.next('response.done')
    await expectEstimate(service)
  })
})

describe('a session ends', () => {
  it('when the gateway stops, once its response is over; nobody else is let in meanwhile', async () => {
    const service = await realtimeService()
    const door = gate()
    service.provider.next({ pause: { afterChunks: 3, until: door } })
    const [ada, idle] = [service.connect(), service.connect()]
    await Promise.all([ada.opened, idle.opened])
    ada.say(BRIEF)
    await ada.next('response.output_text.delta')
    const drained = service.upgrade.drain()
    expect(await idle.closed).toMatchObject({ code: 1001 })
    await expect(service.connect().opened).rejects.toMatchObject({ status: 503 })
    door.open()
    expect((await ada.next('response.done')).response).toMatchObject({ status: 'completed' })
    expect(await ada.closed).toMatchObject({ code: 1001 })
    await drained
    expect(await service.books()).toMatchObject({ spent: service.provider.totals().nanoUsd, reserved: 0 })
  })

  it('when its client is only half there, and answers no ping', async () => {
    const { port, key, upgrade, books } = await realtimeService({ upgrade: { limits: { pingMs: 30 } } })
    const socket = connectTcp(port, '127.0.0.1')
    socket.write(
      [
        'GET /v1/realtime?model=gpt-realtime HTTP/1.1',
        'host: gateway',
        'connection: Upgrade',
        'upgrade: websocket',
        'sec-websocket-version: 13',
        'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
        `authorization: ${key.authorization}`,
        '\r\n',
      ].join('\r\n'),
    )
    const said = await text(socket)
    expect(said).toContain('101 Switching Protocols')
    await expect.poll(() => upgrade.sessions()).toBe(0)
    expect(await books()).toMatchObject({ spent: 0, reserved: 0 })
  })

  it('when it has lasted as long as it may', async () => {
    const { connect, atRest } = await realtimeService({ upgrade: { limits: { sessionMs: 30 } } })
    expect(await connect().closed).toEqual({ code: 1008, reason: 'session_expired' })
    await atRest()
  })

  it('when its key is revoked: at the next response', async () => {
    let revoked = false
    const key = testKey()
    const known = keyAuthenticator({ directory: testDirectory(key), masterKey: TEST_MASTER_KEY, maxAgeMs: 0 })
    const nobody = keyAuthenticator({ directory: testDirectory(), masterKey: TEST_MASTER_KEY, maxAgeMs: 0 })
    const { connect, ledger, provider } = await realtimeService({
      upgrade: { authenticate: (req) => (revoked ? nobody(req) : known(req)) },
    })
    await ledger.provision('test', key.account, [])
    const ada = connect({ headers: { authorization: key.authorization } })
    await ada.opened
    ada.say(BRIEF)
    await ada.next('response.done')
    revoked = true
    ada.say(BRIEF)
    expect((await ada.next('error')).error).toMatchObject({ code: 'invalid_api_key' })
    expect(await ada.closed).toEqual({ code: 1008, reason: 'invalid_api_key' })
    expect(provider.totals().reached).toBe(1)
  })
})

describe('a provider that is no good', () => {
  const CREATED = {
    type: 'session.created',
    session: { type: 'realtime', audio: { input: { turn_detection: null } } },
  }

  it('says nothing: the session is ended, and nothing is spent', async () => {
    const service = await realtimeService({
      ...byProvider(await oddProvider(() => {})),
      upgrade: { limits: { connectMs: 2_000 } },
    })
    const ada = service.connect()
    expect(await ada.closed).toEqual({ code: 1011, reason: 'provider_timeout' })
    await service.atRest()
    expect((await service.books()).spent).toBe(0)
  })

  it('closes: its code and words are passed on', async () => {
    const service = await realtimeService(
      byProvider(
        await oddProvider((socket) => {
          socket.send(JSON.stringify(CREATED))
          socket.close(4000, 'expired')
        }),
      ),
    )
    const ada = service.connect()
    expect(await ada.closed).toEqual({ code: 4000, reason: 'expired' })
    expect(ada.heard).toEqual([CREATED])
  })

  it('begins a response that nobody asked for: it is paid for', async () => {
    const usage = {
      input_tokens: 1_000,
      output_tokens: 100,
      input_token_details: { text_tokens: 1_000 },
      output_token_details: { text_tokens: 100 },
    }
    const service = await realtimeService(
      byProvider(
        await oddProvider((socket) => {
          for (const event of [
            CREATED,
            { type: 'response.created', response: { id: 'r1' } },
            { type: 'response.done', response: { id: 'r1', status: 'completed', usage } },
          ])
            socket.send(JSON.stringify(event))
        }),
      ),
    )
    const ada = service.connect()
    await ada.next('response.done')
    expect((await service.books()).spent).toBe(1_000 * 4_000 + 100 * 16_000)
  })

  it('begins more of them than the budget holds: each is booked, it is told to stop, and the session ends', async () => {
    const usage = { input_tokens: 0, output_tokens: 4_000, output_token_details: { text_tokens: 4_000 } }
    const told: string[] = []
    const service = await realtimeService({
      budgets: [{ limit_usd: '0.02', period: 'daily' }],
      ...byProvider(
        await oddProvider((socket) => {
          socket.on('message', (data) => {
            told.push(JSON.parse(data.toString()).type)
            socket.send(
              JSON.stringify({ type: 'response.done', response: { id: 'r1', status: 'cancelled', usage } }),
            )
          })
          socket.send(JSON.stringify(CREATED))
          socket.send(JSON.stringify({ type: 'response.created', response: { id: 'r0' } }))
          socket.send(JSON.stringify({ type: 'response.created', response: { id: 'r1' } }))
          socket.send(
            JSON.stringify({ type: 'response.done', response: { id: 'r0', status: 'completed', usage } }),
          )
        }),
      ),
    })
    const ada = service.connect()
    await ada.closed
    await service.atRest()
    expect(told).toContain('response.cancel')
    expect((await service.books()).spent).toBe(2 * 4_000 * 16_000)
  })

  it('refuses to leave it to us who begins a response: the session is not held', async () => {
    const vad = { type: 'server_vad', create_response: true }
    const service = await realtimeService(
      byProvider(
        await oddProvider((socket) => {
          socket.on('message', (data) => {
            const { event_id } = JSON.parse(data.toString())
            socket.send(
              JSON.stringify({
                type: 'error',
                error: { type: 'invalid_request_error', code: null, message: 'no', event_id },
              }),
            )
          })
          const session = { type: 'realtime', audio: { input: { turn_detection: vad } } }
          socket.send(JSON.stringify({ type: 'session.created', session }))
        }),
      ),
    )
    const ada = service.connect()
    expect(await ada.closed).toEqual({ code: 1011, reason: 'provider_error' })
    await service.atRest()
  })
})
