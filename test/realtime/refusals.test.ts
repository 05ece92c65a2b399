import { connect as connectTcp } from 'node:net'
import { text } from 'node:stream/consumers'
import { testKey } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { type Refused, realtimeService } from '../support/realtime.ts'

const refused = (talker: { opened: Promise<void> }): Promise<Refused> =>
  talker.opened.then(
    () => {
      throw new Error('It was let in')
    },
    (error: Refused) => error,
  )

const codeOf = ({ body }: Refused): string => JSON.parse(body).error.code

/** Bytes on a connection, and all that comes back until it is closed. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connectTcp(port, '127.0.0.1')
  socket.write(bytes)
  return text(socket)
}

const HANDSHAKE = [
  'host: gateway',
  'connection: Upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
]

const request = (line: string, headers: readonly string[]) => `${line}\r\n${headers.join('\r\n')}\r\n\r\n`

describe('an upgrade is refused in words, before anybody is called', () => {
  it.each([
    ['no key', {}],
    ['a key that is none', { authorization: 'Bearer nonsense' }],
    ['a key that nobody has', { authorization: testKey().authorization }],
  ])('without a good key: %s', async (_, headers) => {
    const { connect, provider, books } = await realtimeService()
    const answer = await refused(connect({ headers }))
    expect(answer.status).toBe(401)
    expect(codeOf(answer)).toBe('invalid_api_key')
    expect(answer.headers).toMatchObject({ connection: 'close', 'www-authenticate': 'Bearer' })
    expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(answer.body)))
    expect(provider.totals().requests).toBe(0)
    expect(await books()).toMatchObject({ spent: 0, reserved: 0 })
  })

  it('outside the tier, by endpoint and by model', async () => {
    const tiers = {
      default: { models: ['gpt-realtime-mini'] },
      voice: { models: ['*'], endpoints: ['realtime'] },
    }
    const closed = await realtimeService({ upgrade: { tiers } })
    const byEndpoint = await refused(closed.connect())
    expect([byEndpoint.status, codeOf(byEndpoint)]).toEqual([403, 'endpoint_not_allowed'])
    expect(byEndpoint.body).toContain('Tier voice does')

    const open = { default: { models: ['gpt-realtime-mini'], endpoints: ['realtime'] } }
    const other = await realtimeService({ upgrade: { tiers: open } })
    const byModel = await refused(other.connect())
    expect([byModel.status, codeOf(byModel)]).toEqual([403, 'model_not_allowed'])
    expect(other.records).toMatchObject([{ decision: 'model_not_allowed', status: 403, model: null }])
  })

  it('for a model that is nowhere, and one whose provider is not there', async () => {
    const { connect } = await realtimeService({
      routing: (simulated) => ({
        providers: [simulated, { ...simulated, name: 'claude', dialect: 'anthropic' }],
        routes: { 'gpt-realtime': ['openai/gpt-realtime'], closed: [], elsewhere: ['claude/elsewhere'] },
      }),
    })
    const codes = await Promise.all(
      ['unheard-of', 'closed', 'elsewhere'].map(async (model) => {
        const answer = await refused(connect({ query: `?model=${model}` }))
        return [answer.status, codeOf(answer)]
      }),
    )
    expect(codes).toEqual([
      [404, 'model_not_found'],
      [503, 'provider_unavailable'],
      [404, 'model_not_found'],
    ])
  })

  it.each(['', '?model=', '?model=a&model=b', '?intent=transcription', '?call_id=rtc_1'])(
    'with an address that names no model, or more: "%s"',
    async (query) => {
      const { connect } = await realtimeService()
      const answer = await refused(connect({ query }))
      expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_request'])
    },
  )

  it('when the budget has no room for one response', async () => {
    const { connect, provider, books, records } = await realtimeService({
      budgets: [{ limit_usd: '0.0001', period: 'daily' }],
    })
    const answer = await refused(connect())
    expect([answer.status, codeOf(answer)]).toEqual([429, 'budget_exceeded'])
    expect(answer.headers).toMatchObject({ 'x-should-retry': 'false' })
    expect(provider.totals().requests).toBe(0)
    expect((await books()).reserved).toBe(0)
    expect(records).toMatchObject([{ decision: 'budget_exceeded', status: 429 }])
  })

  it('as the provider refuses it, and nothing stays reserved', async () => {
    const { connect, provider, books } = await realtimeService({
      provider: {
        behave: () => ({ refusal: { status: 429, message: 'Slow down.', code: 'rate_limit_exceeded' } }),
      },
    })
    const answer = await refused(connect())
    expect(answer.status).toBe(502)
    expect(answer.body).not.toContain('sk-provider')
    expect(provider.totals().requests).toBe(1)
    expect(await books()).toMatchObject({ spent: 0, reserved: 0 })
  })

  it('when no provider can be reached; another one is asked first', async () => {
    const dead = { name: 'dead', dialect: 'openai', baseUrl: 'http://127.0.0.1:9/v1' } as const
    const { connect, books } = await realtimeService({
      routing: (simulated) => ({
        providers: [dead, { ...dead, name: 'unsayable', apiKey: 'sk-\u2026' }, simulated],
        routes: {
          rescued: ['dead/gpt-realtime', 'unsayable/gpt-realtime', 'openai/gpt-realtime'],
          lost: ['dead/gpt-realtime'],
        },
      }),
    })
    await connect({ query: '?model=rescued' }).opened
    const answer = await refused(connect({ query: '?model=lost' }))
    expect([answer.status, codeOf(answer)]).toEqual([503, 'provider_unavailable'])
    expect((await books()).spent).toBe(0)
  })
})

describe('the key among the subprotocols of a browser', () => {
  it('lets in, is never said back, and never goes to the provider', async () => {
    const { connect, key, provider } = await realtimeService()
    const secret = `openai-insecure-api-key.${key.secret}`
    const ada = connect({ headers: {}, protocols: ['realtime', secret, 'openai-beta.realtime-v1'] })
    await ada.opened
    expect(ada.socket.protocol).toBe('realtime')
    const [handshake] = provider.requests
    expect(JSON.stringify(handshake!.headers)).not.toContain(key.secret)
    expect(handshake!.headers['openai-beta']).toBe('realtime=v1')
    expect(handshake!.headers['sec-websocket-protocol']).toBeUndefined()
  })

  it('is not said back where nothing else is offered', async () => {
    const { port, key } = await realtimeService()
    const offered = `sec-websocket-protocol: openai-insecure-api-key.${key.secret}`
    const socket = connectTcp(port, '127.0.0.1')
    socket.write(request('GET /v1/realtime?model=gpt-realtime HTTP/1.1', [...HANDSHAKE, offered]))
    const head = await new Promise<string>((resolve) =>
      socket.once('data', (data) => resolve(data.toString('latin1'))),
    )
    socket.destroy()
    expect(head).toContain('101 Switching Protocols')
    expect(head).not.toContain(key.secret)
    expect(head.toLowerCase()).not.toContain('sec-websocket-protocol')
  })

  it('is refused beside another key', async () => {
    const { connect, key } = await realtimeService()
    const protocols = ['realtime', `openai-insecure-api-key.${testKey().secret}`]
    const answer = await refused(connect({ headers: { authorization: key.authorization }, protocols }))
    expect(answer.status).toBe(401)
  })
})

describe('whatever else asks for an upgrade', () => {
  it.each([
    ['another path', 'GET /v1/chat/completions HTTP/1.1', HANDSHAKE, 404],
    ['a path that only looks like it', 'GET /v1/realtime/calls?model=gpt-realtime HTTP/1.1', HANDSHAKE, 404],
    ['a path that hides it', 'GET /x%2fv1/realtime%20?model=gpt-realtime HTTP/1.1', HANDSHAKE, 404],
    [
      'another method',
      'POST /v1/realtime?model=gpt-realtime HTTP/1.1',
      [...HANDSHAKE, 'content-length: 0'],
      405,
    ],
    [
      'another protocol',
      'GET /v1/realtime?model=gpt-realtime HTTP/1.1',
      [
        'host: g',
        'connection: Upgrade, HTTP2-Settings',
        'upgrade: h2c',
        'http2-settings: AAMAAABkAARAAAAAAAIAAAAA',
      ],
      400,
    ],
    [
      'two protocols',
      'GET /v1/realtime?model=gpt-realtime HTTP/1.1',
      [...HANDSHAKE.filter((each) => !each.startsWith('upgrade')), 'upgrade: websocket, h2c'],
      400,
    ],
    [
      'an old version',
      'GET /v1/realtime?model=gpt-realtime HTTP/1.1',
      HANDSHAKE.map((each) => each.replace('version: 13', 'version: 8')),
      400,
    ],
    [
      'no key of the handshake',
      'GET /v1/realtime?model=gpt-realtime HTTP/1.1',
      HANDSHAKE.filter((each) => !each.includes('key')),
      400,
    ],
  ])('is answered, and the connection closed: %s', async (_, line, headers, status) => {
    const { port, provider, key } = await realtimeService()
    const answer = await raw(port, request(line, [...headers, `authorization: ${key.authorization}`]))
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    expect(head).toMatch(/^connection: close$/m)
    expect(JSON.parse(body).error.message).toMatch(/^Tollgate: /)
    expect(provider.totals().requests).toBe(0)
  })
})
