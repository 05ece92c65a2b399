import { once } from 'node:events'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { closeAfter } from '../support/close-after.ts'
import { place } from '../support/gateway.ts'
import { AUDIENCE, testIssuer } from '../support/issuer.ts'
import { VOICE } from '../support/realtime.ts'

/** A gateway whose callers sign in, on a clock. */
async function running() {
  const issuer = await testIssuer()
  const { start, provider } = await place(
    `
teams: [{ id: science }]
auth: { jwt: [{ issuer: "${issuer.url}", audience: ${AUDIENCE}, principal: { user: { claim: sub }, team: science } }] }
prices:
  gpt-realtime: { input: "4", cached_input: "0.40", audio_input: "32", cached_audio_input: "0.50", output: "16", audio_output: "64" }
`,
    { prices: { 'gpt-realtime': VOICE } },
  )
  let nowMs = Date.now()
  const gateway = await start({ clock: { now: () => nowMs } })
  const open = (headers: Record<string, string>, protocols: string[] = []) => {
    const url = `${gateway.url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`
    const socket = new WebSocket(url, protocols, { headers })
    socket.on('error', () => {})
    closeAfter(async () => socket.terminate())
    return socket
  }
  return {
    issuer,
    gateway,
    provider,
    open,
    later(ms: number) {
      nowMs += ms
    },
  }
}

const RESPOND = JSON.stringify({ type: 'response.create', response: { output_modalities: ['text'] } })

/** Ask for a response, and wait for the end of it, or for an error. */
function answered(socket: WebSocket): Promise<{ type: string; error?: { code: string } }> {
  return new Promise((resolve) => {
    socket.on('message', (data) => {
      const event = JSON.parse(data.toString())
      if (event.type === 'response.done' || event.type === 'error') resolve(event)
    })
    socket.send(RESPOND)
  })
}

it('a session is opened by a token, wherever it stands, and charged to its user', async () => {
  const { issuer, gateway, provider, open } = await running()
  const token = await issuer.token({ sub: 'ada' })
  const byHeader = open({ authorization: `Bearer ${token}` })
  const byProtocol = open({}, ['realtime', `openai-insecure-api-key.${token}`])
  await Promise.all([once(byHeader, 'open'), once(byProtocol, 'open')])
  for (const socket of [byHeader, byProtocol]) expect((await answered(socket)).type).toBe('response.done')
  const spend = await gateway.admin('/admin/v1/spend?account=user:ada')
  expect(await spend.json()).toMatchObject({ spent_usd: (provider.totals().nanoUsd / 1e9).toFixed(9) })
})

it('a session is refused with a token that is no good, or with two', async () => {
  const { issuer, provider, open } = await running()
  const good = await issuer.token()
  const bad = await issuer.token({ aud: 'another' })
  const attempts = [
    open({ authorization: `Bearer ${bad}` }),
    open({}, ['realtime', `openai-insecure-api-key.${bad}`]),
    open({ authorization: `Bearer ${good}` }, ['realtime', `openai-insecure-api-key.${bad}`]),
  ]
  const answers = await Promise.all(attempts.map((socket) => once(socket, 'unexpected-response')))
  expect(answers.map(([, { statusCode }]) => statusCode)).toEqual([401, 401, 401])
  expect(provider.totals().requests).toBe(0)
})

it('a session ends at the next response when its token has expired', async () => {
  const { issuer, provider, open, later } = await running()
  const socket = open({ authorization: `Bearer ${await issuer.token()}` })
  await once(socket, 'open')
  expect((await answered(socket)).type).toBe('response.done')
  later(900_000)
  const closed = once(socket, 'close')
  expect(await answered(socket)).toMatchObject({ type: 'error', error: { code: 'invalid_api_key' } })
  expect((await closed)[0]).toBe(1008)
  expect(provider.totals().reached).toBe(1)
})
