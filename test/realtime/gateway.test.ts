import { readFileSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { text } from 'node:stream/consumers'
import { createServer as createTlsServer } from 'node:tls'
import { gate } from '@tollgate/testing'
import { AzureOpenAI } from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { closeAfter } from '../support/close-after.ts'
import { ADA, type Place, place, type Running, SECRET } from '../support/gateway.ts'
import { VOICE } from '../support/realtime.ts'
import { testAuthority } from '../support/redis/tls.ts'

const PRICES = `
prices:
  gpt-realtime: { input: "4", cached_input: "0.40", audio_input: "32", cached_audio_input: "0.50", output: "16", audio_output: "64" }
`

async function running(yaml = ADA): Promise<{ spot: Place; gateway: Running }> {
  const spot = await place(yaml + PRICES, { prices: { 'gpt-realtime': VOICE } })
  return { spot, gateway: await spot.start() }
}

/** A balancer that ends TLS before a gateway: OpenAI's SDK opens no session in the clear. */
async function behindTls(url: string): Promise<{ url: string; ca: string }> {
  const authority = testAuthority()
  const { config, ca } = authority
  const [cert, key] = ['tls-cert-file', 'tls-key-file'].map((name) => readFileSync(config[name]!))
  const server = createTlsServer({ cert: cert!, key: key! }, (secure) => {
    const plain = connectTcp(Number(new URL(url).port), '127.0.0.1')
    secure.pipe(plain).pipe(secure)
    for (const [one, other] of [
      [secure, plain],
      [plain, secure],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
    closeAfter(async () => void secure.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeAfter(async () => {
    await new Promise((resolve) => server.close(resolve))
    authority.remove()
  })
  const address = server.address() as { port: number }
  return { url: `https://127.0.0.1:${address.port}/v1`, ca }
}

const spent = async (gateway: Running) =>
  (await (await gateway.admin('/admin/v1/spend?account=key:ada')).json()) as Record<string, string>

describe('a gateway', () => {
  it('holds a session with OpenAI’s own client, and charges what the provider counts', async () => {
    const { spot, gateway } = await running()
    const { url, ca } = await behindTls(gateway.url)
    const client = gateway.client(SECRET).withOptions({ baseURL: url })
    const rt = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { ca } }, client)
    closeAfter(async () => rt.close())
    await new Promise((resolve) => rt.once('session.created', resolve))
    rt.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
    const content = [{ type: 'input_text' as const, text: 'Good morning.' }]
    rt.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
    const said: string[] = []
    rt.on('response.output_text.delta', ({ delta }) => said.push(delta))
    const done = new Promise<{ status?: string }>((resolve) =>
      rt.once('response.done', ({ response }) => resolve(response)),
    )
    rt.send({ type: 'response.create' })
    expect(await done).toMatchObject({ status: 'completed' })
    expect(said).toHaveLength(24)
    const billed = (spot.provider.totals().nanoUsd / 1e9).toFixed(9)
    expect(await spent(gateway)).toMatchObject({ spent_usd: billed, reserved_usd: '0.000000000' })
  })

  it('holds one with the same client for Azure', async () => {
    const { gateway } = await running()
    const { url, ca } = await behindTls(gateway.url)
    const azure = new AzureOpenAI({
      endpoint: url.replace(/\/v1$/, ''),
      apiKey: SECRET,
      apiVersion: '2025-04-01-preview',
      deployment: 'gpt-realtime',
    })
    const rt = await OpenAIRealtimeWS.azure(azure, { options: { ca } })
    closeAfter(async () => rt.close())
    await new Promise((resolve) => rt.once('session.created', resolve))
  })

  it('lets nobody in without a key, and answers whatever else asks for a WebSocket', async () => {
    const { spot, gateway } = await running()
    const statusOf = (path: string, headers = {}) =>
      new Promise((resolve) => {
        const socket = new WebSocket(gateway.url.replace('http', 'ws') + path, { headers })
        socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode))
        socket.on('open', () => resolve('open'))
        socket.on('error', () => {})
      })
    const ada = { authorization: `Bearer ${SECRET}` }
    expect(await statusOf('/v1/realtime?model=gpt-realtime')).toBe(401)
    expect(await statusOf('/v1/responses', ada)).toBe(404)
    expect(await statusOf('/openai/v1/anything', ada)).toBe(404)
    expect(await statusOf('/healthz')).toBe(404)
    expect(spot.provider.totals().requests).toBe(0)
  })

  it('serves a request that offers HTTP/2 in the clear as the request that it is', async () => {
    const { spot, gateway } = await running()
    const body = JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] })
    const ask = async (authorization: string) => {
      const socket = connectTcp(Number(new URL(gateway.url).port), '127.0.0.1')
      const head = [
        'POST /v1/chat/completions HTTP/1.1',
        'host: gateway',
        'connection: Upgrade, HTTP2-Settings, close',
        'upgrade: h2c',
        'http2-settings: AAMAAABkAARAAAAAAAIAAAAA',
        'content-type: application/json',
        `content-length: ${body.length}`,
        `authorization: ${authorization}`,
      ]
      socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
      return (await text(socket)).slice(0, 12)
    }
    expect(await ask('Bearer nobody')).toBe('HTTP/1.1 401')
    expect(await ask(`Bearer ${SECRET}`)).toBe('HTTP/1.1 200')
    expect(spot.provider.totals().reached).toBe(1)
  })

  it('that stops lets the response end that runs, then closes the session, and has counted it', async () => {
    const { spot, gateway } = await running()
    const door = gate()
    spot.provider.next({ pause: { afterChunks: 3, until: door } })
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`, {
      headers: { authorization: `Bearer ${SECRET}` },
    })
    const types: string[] = []
    socket.on('message', (data) => types.push(JSON.parse(data.toString()).type))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send(JSON.stringify({ type: 'response.create', response: { output_modalities: ['text'] } }))
    await spot.provider.waitFor(({ requests }) => requests.some(({ chunksSent }) => chunksSent === 3))
    const totals = gateway.close()
    door.open()
    expect(await closed).toBe(1001)
    expect(types.at(-1)).toBe('response.done')
    expect(await totals).toEqual({ requests: 1, nanoUsd: spot.provider.totals().nanoUsd, cutOff: 0 })
  })
})
