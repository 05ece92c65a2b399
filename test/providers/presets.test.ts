import { PRESETS, type Provider, presetNamed, presetProvider } from '@tollgate/kit/wire'
import { EXAMPLE_PRICES, HOUSES, type SimulatedProviderOptions } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { type Assembly, assemble, PROVIDER_KEY } from '../support/assembly.ts'
import { budgets, clientOf, collect, expectBooked, messages, model, textOf } from '../support/openai.ts'
import { pages } from '../support/pages.ts'

type HouseName = keyof typeof HOUSES

/** The provider of a preset, pointed at a server that has its ways; what costs nothing is billed here, to be counted. */
function at(name: string, simulated: Provider): Provider {
  return presetProvider(presetNamed(name)!, { ...simulated, name, billing: 'metered' })
}

/** Cohere says nothing of a cache. */
const cachedAt = (name: HouseName) => (name === 'cohere' ? 0 : 5)

function servedAs(name: HouseName, provider: SimulatedProviderOptions = {}): Promise<Assembly> {
  return assemble({
    budgets,
    prices: EXAMPLE_PRICES,
    provider: { apiKey: PROVIDER_KEY, house: HOUSES[name], cachedTokens: cachedAt(name), ...provider },
    routing: (simulated) => ({ providers: [at(name, simulated)], routes: { '*': [`${name}/${model}`] } }),
  })
}

const names = Object.keys(HOUSES) as HouseName[]

describe.each(names)('%s, by its preset', (name) => {
  it('is charged what it bills, for an answer in which it has thought', async () => {
    const assembly = await servedAs(name, { reasoningTokens: 9 })
    const answer = await clientOf(assembly).chat.completions.create({ model, messages })
    expect(answer.choices[0]?.message.content).toBe(assembly.provider.requests[0]?.texts[0])
    expect(assembly.provider.requests[0]?.usage).toMatchObject({
      cachedInput: cachedAt(name),
      reasoning: 9,
    })
    await expectBooked(assembly)
  })

  it.each([false, true])('and for a stream, usage asked for: %s', async (usage) => {
    const assembly = await servedAs(name, { reasoningTokens: 9 })
    const stream = await clientOf(assembly).chat.completions.create({
      model,
      messages,
      stream: true,
      ...(usage ? { stream_options: { include_usage: true } } : {}),
    })
    const chunks = await collect(stream)
    expect(textOf(chunks)).toBe(assembly.provider.requests[0]?.texts[0])
    await expectBooked(assembly)
  })

  it.each(['max_tokens', 'max_completion_tokens'])(
    'takes a client’s %s in the field that it knows',
    async (field) => {
      const assembly = await servedAs(name)
      await clientOf(assembly).chat.completions.create({ model, messages, [field]: 11 })
      expect(assembly.provider.requests[0]?.usage.output).toBe(11)
      await expectBooked(assembly)
    },
  )

  it('is held to the cap that the budget pays for', async () => {
    const assembly = await servedAs(name, { answerTokens: 100_000 })
    const answer = await clientOf(assembly).chat.completions.create({ model, messages })
    expect(answer.choices[0]?.finish_reason).toBe('length')
    await expectBooked(assembly)
  })

  it.each([false, true])('serves a client of Anthropic’s dialect, streamed: %s', async (stream) => {
    const assembly = await servedAs(name)
    const answer = await assembly.post('/messages', {
      model,
      max_tokens: 50,
      system: 'Be brief.',
      metadata: { user_id: 'u-1' },
      messages,
      ...(stream ? { stream } : {}),
    })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain(stream ? 'message_stop' : '"end_turn"')
    await expectBooked(assembly)
  })

  it('serves a client of Responses with developer’s messages', async () => {
    const assembly = await servedAs(name)
    const answer = await assembly.post('/responses', {
      model,
      input: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'What is a toll?' },
      ],
      prompt_cache_key: 'k',
    })
    expect(answer.status).toBe(200)
    await expectBooked(assembly)
  })
})

it('what a preset cannot be told is named as lost, and refused where that is asked for', async () => {
  const { post } = await servedAs('mistral')
  const body = { model, max_tokens: 50, messages, metadata: { user_id: 'u-1' } }
  const answer = await post('/messages', body)
  expect(answer.headers.get('x-tollgate-lost')).toBe('end_user')
  const strict = await post('/messages', body, { headers: { 'x-tollgate-translation': 'strict' } })
  expect(strict.status).toBe(400)
})

it('a conversation is said at the endpoint that loses least of it', async () => {
  const openai = await assemble({
    budgets,
    prices: EXAMPLE_PRICES,
    routing: (simulated) => ({
      providers: [at('openai', simulated)],
      routes: { '*': [`openai/${model}`] },
    }),
  })
  const document = { type: 'document', source: { type: 'url', url: 'https://a.example/toll.pdf' } }
  const ask = (content: unknown) =>
    openai.post('/messages', { model, max_tokens: 50, messages: [{ role: 'user', content }] })
  await ask('What is a toll?')
  await ask([document, { type: 'text', text: 'What is a toll?' }])
  expect(openai.provider.requests.map(({ path }) => path)).toEqual(['/v1/chat/completions', '/v1/responses'])
})

it('the page of presets has all of them, and no other', () => {
  const page = pages('docs/recipes/providers.md')[0]!
  const { rows } = page.tables.find(({ title }) => title === 'preset')!
  const said = PRESETS.map(({ name, dialect, variables, baseUrl, billing }) => [
    `\`${name}\``,
    dialect,
    variables ? `\`${variables.apiKey}\`` : billing === 'none' && 'none, costs nothing',
    `\`${baseUrl}\``,
  ])
  expect(rows).toEqual(said)
})

it('every preset is a row with a page of its own, and the simulated ways are all those of one', () => {
  expect(new Set(PRESETS.map(({ name }) => name)).size).toBe(PRESETS.length)
  for (const { baseUrl, page } of PRESETS) {
    expect(new URL(baseUrl).href.endsWith('/')).toBe(new URL(baseUrl).pathname === '/')
    expect(page).toMatch(/^https:\/\//)
  }
  expect(names.filter((name) => !presetNamed(name))).toEqual([])
})
