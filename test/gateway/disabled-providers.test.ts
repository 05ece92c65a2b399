import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { ADA, place, SECRET } from '../support/gateway.ts'

const messages = [{ role: 'user' as const, content: 'What does a toll cost?' }]
const ask = (client: OpenAI, model: string) => client.chat.completions.create({ model, messages })

describe('when no provider has its key', () => {
  it('every call is refused with 503 that says so, and the start warns of it', async () => {
    const { provider, edit, start } = await place(
      `routes: { fast: [openai/gpt-4o-mini], "*": passthrough }\n${ADA}`,
    )
    edit('PROVIDER_KEY', 'UNSET_KEY')
    const gateway = await start()
    expect(gateway.said).toContain(
      'warning   no provider is enabled: every call is refused with provider_unavailable (503) until one has its key',
    )
    for (const model of ['fast', 'gpt-4o', 'a-name-that-nobody-knows']) {
      const refusal = await ask(gateway.client(SECRET), model).catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(OpenAI.InternalServerError)
      expect(refusal).toMatchObject({ status: 503, code: 'provider_unavailable', param: 'model' })
      expect((refusal as Error).message).toContain(
        `Tollgate: No provider that serves ${model} is enabled here. Ask your administrator to give one its key. Ref req_`,
      )
      // Nobody sets a key between two retries of an SDK.
      expect((refusal as InstanceType<typeof OpenAI.APIError>).headers?.get('x-should-retry')).toBe('false')
    }
    expect(provider.requests).toEqual([])
    const books = await gateway.admin('/admin/v1/spend?account=key:ada')
    expect(await books.json()).toMatchObject({ spent_usd: '0.000000000', reserved_usd: '0.000000000' })
  })

  it('a name that nothing routes stays unknown', async () => {
    const { edit, start } = await place(`routes: { fast: [openai/gpt-4o-mini] }\n${ADA}`)
    edit('PROVIDER_KEY', 'UNSET_KEY')
    await expect(ask((await start()).client(SECRET), 'slow')).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    })
  })
})

describe('when one of two providers has no key', () => {
  const SPARE = `
routes: { spare: [spare/gpt-4o-mini], either: [spare/gpt-4o-mini, openai/gpt-4o-mini], "*": passthrough }
${ADA}`
  const withSpare = async () => {
    const made = await place(SPARE)
    made.edit(
      'providers:',
      'providers:\n  spare: { dialect: openai, baseUrl: "https://spare.example/v1", apiKey: "$' +
        '{UNSET_KEY}" }',
    )
    return made
  }

  it('a route to it alone is refused, and not passed on under its own name', async () => {
    const { provider, start, command } = await withSpare()
    const gateway = await start()
    await expect(ask(gateway.client(SECRET), 'spare')).rejects.toMatchObject({
      status: 503,
      code: 'provider_unavailable',
    })
    expect(provider.requests).toEqual([])
    expect(gateway.said.join('\n')).not.toContain('no provider is enabled')
    expect((await command('config check')).out).toMatch(/^route +spare → nowhere$/m)
    expect((await gateway.client(SECRET).models.list()).data.map(({ id }) => id)).not.toContain('spare')
  })

  it('a route to both goes to the other', async () => {
    const { provider, start } = await withSpare()
    await ask((await start()).client(SECRET), 'either')
    expect(provider.requests).toHaveLength(1)
  })
})
