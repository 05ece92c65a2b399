import { azureProvider } from '@tollgate/kit/wire'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { closeAfter } from '../support/close-after.ts'
import { REALTIME_PROVIDER_KEY, realtimeService, VOICE } from '../support/realtime.ts'

const VERSION = '2025-04-01-preview'

/** Sessions at a resource with one deployment, which has the model's price by the model behind it. */
function resource(options: Partial<Parameters<typeof azureProvider>[0]> = {}) {
  return realtimeService({
    prices: { 'our-voice': VOICE },
    routing: ({ baseUrl }) => ({
      providers: [
        azureProvider({
          baseUrl: baseUrl.replace(/\/v1$/, ''),
          deployments: { 'our-voice': 'gpt-realtime' },
          apiKey: REALTIME_PROVIDER_KEY,
          ...options,
        }),
      ],
      routes: { 'gpt-realtime': ['azure/our-voice'] },
    }),
  })
}

describe.each([
  ['the v1 API', {}, '/openai/v1/realtime?model=our-voice'],
  ['the dated API', { apiVersion: VERSION }, `/openai/realtime?api-version=${VERSION}&deployment=our-voice`],
] as const)('a session at Azure, by %s', (_, options, path) => {
  it('is opened at its deployment, by its key, and charged what the provider counts', async () => {
    const service = await resource(options)
    const talk = service.connect()
    await talk.next('session.created')
    const content = [{ type: 'input_text', text: 'Good morning.' }]
    talk.say({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
    talk.say({ type: 'response.create', response: { output_modalities: ['text'] } })
    await talk.next('response.done')
    talk.socket.close()
    await service.atRest()
    const [session] = service.provider.requests
    expect([session?.path, session?.headers['api-key'], session?.headers.authorization]).toEqual([
      path,
      REALTIME_PROVIDER_KEY,
      undefined,
    ])
    expect((await service.books()).spent).toBe(service.provider.totals().nanoUsd)
    expect((await service.books()).spent).toBeGreaterThan(0)
  })

  it('takes a token of Entra ID’s in place of a key', async () => {
    const service = await resource({ ...options, token: () => REALTIME_PROVIDER_KEY })
    await service.connect().next('session.created')
    const [session] = service.provider.requests
    expect([session?.headers.authorization, session?.headers['api-key']]).toEqual([
      `Bearer ${REALTIME_PROVIDER_KEY}`,
      undefined,
    ])
  })
})

describe('a client of Azure’s', () => {
  const statusAt = (url: string, headers: Record<string, string>) =>
    new Promise((resolve) => {
      const socket = new WebSocket(url, { headers })
      closeAfter(async () => socket.terminate())
      socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode))
      socket.on('open', () => resolve('open'))
      socket.on('error', () => {})
    })

  it('finds a session where its own resource has one, by its own header, in either version', async () => {
    const { url, key, provider } = await realtimeService()
    const at = url.replace('/v1/realtime', '/openai')
    const headers = { 'api-key': key.secret }
    const dated = `${at}/realtime?api-version=${VERSION}&deployment=gpt-realtime`
    expect(await statusAt(`${at}/v1/realtime?model=gpt-realtime`, headers)).toBe('open')
    expect(await statusAt(dated, headers)).toBe('open')
    expect(await statusAt(dated, {})).toBe(401)
    expect(await statusAt(`${dated}&model=gpt-realtime`, headers)).toBe(400)
    expect(await statusAt(`${at}/realtime?api-version=${VERSION}`, headers)).toBe(400)
    expect(provider.requests.map(({ path }) => path)).toEqual([
      '/v1/realtime?model=gpt-realtime',
      '/v1/realtime?model=gpt-realtime',
    ])
  })
})
