import { azureProvider } from '@tollgate/kit/wire'
import { EXAMPLE_PRICES } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { assemble, PROVIDER_KEY } from '../support/assembly.ts'
import { budgets, clientOf, collect, errorOf, expectBooked, messages, textOf } from '../support/openai.ts'

type AzureOptions = Partial<Parameters<typeof azureProvider>[0]>

/** A resource with one deployment, whose model has another name and, here, the price of it. */
function resource(options: AzureOptions = {}) {
  return assemble({
    budgets,
    prices: { ...EXAMPLE_PRICES, 'our-mini': EXAMPLE_PRICES['gpt-4o-mini']! },
    provider: { apiKey: PROVIDER_KEY },
    routing: ({ baseUrl }) => ({
      providers: [
        azureProvider({
          baseUrl: baseUrl.replace(/\/v1$/, ''),
          deployments: { 'our-mini': 'gpt-4o-mini' },
          apiKey: PROVIDER_KEY,
          ...options,
        }),
      ],
      routes: { mini: ['azure/our-mini'] },
    }),
  })
}

const VERSION = '2024-10-21'

describe.each([
  ['the v1 API', {}, '/openai/v1/chat/completions'],
  [
    'the dated API',
    { apiVersion: VERSION },
    `/openai/deployments/our-mini/chat/completions?api-version=${VERSION}`,
  ],
] as const)('Azure OpenAI, by %s', (_, options, path) => {
  it('is called at its deployment, by its key, and charged as the model behind it', async () => {
    const assembly = await resource(options)
    const answer = await clientOf(assembly).chat.completions.create({ model: 'mini', messages })
    const [request] = assembly.provider.requests
    expect(answer.choices[0]?.message.content).toBe(request?.texts[0])
    expect(request?.path).toBe(path)
    expect(request?.headers).toMatchObject({ 'api-key': PROVIDER_KEY })
    expect(request?.headers.authorization).toBeUndefined()
    await expectBooked(assembly)
  })

  it('streams', async () => {
    const assembly = await resource(options)
    const stream = await clientOf(assembly).chat.completions.create({ model: 'mini', messages, stream: true })
    expect(textOf(await collect(stream))).toBe(assembly.provider.requests[0]?.texts[0])
    await expectBooked(assembly)
  })

  it('serves a client of another dialect', async () => {
    const assembly = await resource(options)
    const answer = await assembly.post('/messages', { model: 'mini', max_tokens: 50, messages })
    expect(answer.status).toBe(200)
    await expectBooked(assembly)
  })
})

describe('Azure OpenAI', () => {
  it('takes a token of Entra ID’s in place of a key', async () => {
    const assembly = await resource({ token: () => PROVIDER_KEY })
    await clientOf(assembly).chat.completions.create({ model: 'mini', messages })
    const { headers } = assembly.provider.requests[0]!
    expect([headers.authorization, headers['api-key']]).toEqual([`Bearer ${PROVIDER_KEY}`, undefined])
  })

  it('is not called where there is no token to be had, and nothing is charged', async () => {
    const assembly = await resource({ token: () => Promise.reject(new Error('no identity on this machine')) })
    const error = await errorOf(
      clientOf(assembly, { maxRetries: 0 }).chat.completions.create({ model: 'mini', messages }),
    )
    expect(error.message).toMatch(/azure cannot be called: this gateway has no credentials/)
    expect(error.message).not.toContain('no identity on this machine')
    expect(assembly.provider.requests).toEqual([])
    await expectBooked(assembly)
  })

  it('says that its content filter has struck', async () => {
    const assembly = await resource()
    assembly.provider.next({
      refusal: {
        status: 400,
        message: 'The response was filtered.',
        code: 'content_filter',
        param: 'prompt',
      },
    })
    const error = await errorOf(clientOf(assembly).chat.completions.create({ model: 'mini', messages }))
    expect([error.status, error.code]).toEqual([400, 'content_filter'])
    await expectBooked(assembly)
  })
})
