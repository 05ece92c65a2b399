import type { CountInput } from '@tollgate/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Assembly, type AssemblyOptions, assemble } from '../support/assembly.ts'

/**
 * A small body with a large bill. Under a hard budget each of these is bounded, so that what the provider
 * bills is never above what was reserved, or it is refused before the provider sees it.
 */

const text = [{ role: 'user', content: 'look' }]
const said = (...parts: object[]) => [{ role: 'user', content: [{ type: 'text', text: 'look' }, ...parts] }]
const image = { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } }

/** Input is free, and 1,000 output tokens cost $0.10. */
const flat = { flat: { input: '0', output: '100' } }

const budget = (usd: string): AssemblyOptions => ({ budgets: [{ limit_usd: usd, period: 'daily' }] })
const errorOf = async (answer: Response) =>
  ((await answer.json()) as { error: { code: string; param: string | null } }).error

async function expectRefused(
  gateway: Assembly,
  body: object,
  code: string,
  path = '/chat/completions',
): Promise<string | null> {
  const answer = await gateway.post(path, body)
  const error = await errorOf(answer)
  expect(error.code).toBe(code)
  expect(gateway.provider.totals().requests).toBe(0)
  expect(await gateway.books()).toMatchObject({ spent: 0, reserved: 0 })
  return error.param
}

/** Served, and charged what the provider billed, hidden part included. */
async function expectServed(gateway: Assembly, body: object, path = '/chat/completions'): Promise<number> {
  const answer = await gateway.post(path, body)
  expect(answer.status, await answer.text()).toBe(200)
  await gateway.atRest()
  const { nanoUsd } = gateway.provider.totals()
  expect(nanoUsd).toBeGreaterThan(0)
  expect(await gateway.books()).toMatchObject({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
  return nanoUsd
}

/** The same, under a hard budget that is not passed. */
async function expectCharged(gateway: Assembly, body: object, path?: string): Promise<number> {
  const nanoUsd = await expectServed(gateway, body, path)
  const [state] = await gateway.ledger.read(gateway.key.org, [gateway.key.account])
  expect(state?.budgets).toMatchObject([{ spent: nanoUsd }])
  expect(state?.budgets[0]?.remaining).toBeGreaterThanOrEqual(0)
  return nanoUsd
}

/** @see PAINS P2b: dario #1378: a small body, and a large bill. */
describe('P2b: input that is not in the body', () => {
  const parts: Record<string, object[]> = {
    'an image by its address': said(image),
    'an image in base64': said({ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }),
    'a file by its id': said({ type: 'file', file: { file_id: 'file-abc' } }),
    'a file in base64': said({
      type: 'file',
      file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA' },
    }),
    'a part of a kind that nobody knows': said({
      type: 'video_url',
      video_url: { url: 'https://example.com/cat.mp4' },
    }),
    'a part without a type': said({ image_url: { url: 'https://example.com/cat.png' } }),
    'an image beside a text': said({ type: 'text', text: 'x', image_url: image.image_url }),
    'an image that calls itself a text': JSON.parse(
      JSON.stringify(said(image)).replace('"type":"image_url",', '"type":"image_url","type":"text",'),
    ),
    'an image in the result of a tool': [
      ...text,
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: [image] },
    ],
  }
  /** The provider bills nearly all of its context window, whatever the body looks like. */
  const countInput: CountInput = () => 127_000

  it.each(Object.entries(parts))('%s: reserved at the whole context window', async (_, messages) => {
    const body = { model: 'gpt-4o', messages, max_tokens: 10 }
    // 128,000 tokens of context at $10 a million: $1.28 when all of it is read.
    const prices = { 'gpt-4o': { input: '10', output: '10' } }
    await expectRefused(await assemble({ ...budget('1.20'), prices }), body, 'budget_exceeded')
    const gateway = await assemble({ ...budget('1.30'), prices, provider: { countInput } })
    expect(await expectCharged(gateway, body)).toBeGreaterThan(1_200_000_000)
  })

  it.each([
    ['audio', said({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } })],
    ['an earlier answer in audio', [...text, { role: 'assistant', audio: { id: 'audio_abc' } }, ...text]],
  ])('%s: reserved at the window, and at the price of audio', async (_, messages) => {
    const body = { model: 'gpt-4o-audio-preview', messages, max_tokens: 10 }
    // 128,000 tokens at $40 a million.
    await expectRefused(await assemble(budget('5.00')), body, 'budget_exceeded')
  })

  it.each(Object.entries(parts))(
    '%s: refused where the window of the model is not known',
    async (_, messages) => {
      const gateway = await assemble({ ...budget('100'), prices: { flat: { input: '1', output: '1' } } })
      await expectRefused(gateway, { model: 'flat', messages, max_tokens: 10 }, 'price_unknown')
    },
  )

  it('text of every kind is bounded by its bytes alone', async () => {
    const messages = [
      { role: 'system', content: [{ type: 'text', text: 'be kind', cache_control: { type: 'ephemeral' } }] },
      { role: 'user', content: 'grüße 世界 🙂'.repeat(20) },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] },
      { role: 'user', content: '\u0000\u200b\ud83d\ude42 }}}} "" \\\\' },
    ]
    const gateway = await assemble({ ...budget('0.02'), prices: { 'gpt-4o': { input: '10', output: '10' } } })
    await expectCharged(gateway, { model: 'gpt-4o', messages, max_tokens: 10 })
  })
})

describe('fees that no count of tokens bounds', () => {
  const features: Record<string, object> = {
    web_search_options: { web_search_options: {} },
    'web_search_options, of a kind of its own': { web_search_options: true },
    prediction: { prediction: { type: 'content', content: 'x'.repeat(1000) } },
    'service_tier: priority': { service_tier: 'priority' },
    'service_tier: flex': { service_tier: 'flex' },
    'service_tier: scale': { service_tier: 'scale' },
    'service_tier: 1': { service_tier: 1 },
    'a hosted search': { tools: [{ type: 'web_search' }] },
    'a hosted search beside a function': {
      tools: [{ type: 'function', function: { name: 'f' } }, { type: 'web_search_preview' }],
    },
    'a search of files': { tools: [{ type: 'file_search', vector_store_ids: ['vs'] }] },
    'an interpreter of code': { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] },
    'a remote server': { tools: [{ type: 'mcp', server_url: 'https://example.com' }] },
    'a tool without a type': { tools: [{ name: 'f' }] },
    'a tool that is none': { tools: ['web_search'] },
  }

  it.each(Object.entries(features))('%s: refused under a hard budget', async (_, feature) => {
    const gateway = await assemble(budget('1.00'))
    const param = await expectRefused(
      gateway,
      { model: 'gpt-4o', messages: text, max_tokens: 10, ...feature },
      'price_unknown',
    )
    expect(Object.keys(feature)).toContain(param)
  })

  it.each(['gpt-4o-search-preview', 'gpt-4o-mini-search-preview-2025-03-11', 'gpt-5-search-api'])(
    '%s, which searches with every call: refused under a hard budget',
    async (model) => {
      const gateway = await assemble(budget('100'))
      expect(await expectRefused(gateway, { model, messages: text, max_tokens: 10 }, 'price_unknown')).toBe(
        'model',
      )
    },
  )

  it('a search model behind a name of its own is refused as well', async () => {
    const gateway = await assemble({
      ...budget('100'),
      routing: (simulated) => ({
        providers: [simulated],
        routes: { helper: ['openai/gpt-4o-search-preview'] },
      }),
    })
    await expectRefused(gateway, { model: 'helper', messages: text }, 'price_unknown')
  })

  it.each([
    ['no budget', []],
    ['a soft budget', [{ limit_usd: '0.000001', period: 'daily', mode: 'soft' }]],
  ] as const)('%s refuses none of them', async (_, budgets) => {
    const gateway = await assemble({ budgets })
    await expectServed(gateway, { model: 'gpt-4o', messages: text, max_tokens: 10, service_tier: 'flex' })
  })

  it.each(['auto', 'default', null])('service_tier: %j costs what the price says', async (tier) => {
    await expectCharged(await assemble(budget('1.00')), {
      model: 'gpt-4o',
      messages: text,
      service_tier: tier,
    })
  })
})

describe('one request, many answers', () => {
  const metadata = { answer_tokens: '5000' }

  it('n multiplies the cap: $0.30 does not fit into $0.25, and $0.20 does', async () => {
    const ask = (n: number) => ({ model: 'flat', messages: text, max_tokens: 1000, n, metadata })
    await expectRefused(await assemble({ ...budget('0.25'), prices: flat }), ask(3), 'budget_exceeded')
    const gateway = await assemble({ ...budget('0.25'), prices: flat })
    expect(await expectCharged(gateway, ask(2))).toBe(200_000_000)
  })

  it('without a cap of the client, the one that is put in is divided by n', async () => {
    const gateway = await assemble({ ...budget('0.25'), prices: flat })
    expect(
      await expectCharged(gateway, { model: 'flat', messages: text, n: 5, metadata }),
    ).toBeLessThanOrEqual(250_000_000)
  })

  const completion = { model: 'gpt-3.5-turbo-instruct', max_tokens: 100, metadata }
  const completions = (usd: string) =>
    assemble({ ...budget(usd), prices: { 'gpt-3.5-turbo-instruct': { input: '0', output: '100' } } })

  it.each([
    ['best_of', { prompt: 'go', best_of: 4 }],
    ['n', { prompt: 'go', n: 4 }],
    ['prompts', { prompt: ['a', 'b', 'c', 'd'] }],
    ['prompts in tokens', { prompt: [[1], [2], [3], [4]] }],
    ['n × prompts', { prompt: ['a', 'b'], n: 2 }],
    ['best_of × prompts', { prompt: ['a', 'b'], n: 1, best_of: 2 }],
  ])('completions: %s multiply the cap', async (_, fields) => {
    const body = { ...completion, ...fields }
    await expectRefused(await completions('0.039'), body, 'budget_exceeded', '/completions')
    expect(await expectCharged(await completions('0.041'), body, '/completions')).toBe(40_000_000)
  })

  it('completions: a prompt of tokens is one prompt, and one that begins like it is not', async () => {
    const one = { ...completion, prompt: [1, 2, 3, 4] }
    expect(await expectCharged(await completions('0.011'), one, '/completions')).toBe(10_000_000)
    const mixed = { ...completion, prompt: [1, 'b', 'c', 'd'] }
    await expectRefused(await completions('0.039'), mixed, 'budget_exceeded', '/completions')
  })

  it('completions without a cap stop at the 16 tokens that OpenAI gives them', async () => {
    const body = { model: 'gpt-3.5-turbo-instruct', prompt: 'go', metadata }
    expect(await expectCharged(await completions('0.01'), body, '/completions')).toBe(1_600_000)
  })
})

describe('output that nobody sees', () => {
  it('reasoning counts into the cap that the grant pays for', async () => {
    const gateway = await assemble({ ...budget('0.05'), prices: { 'gpt-5': { input: '1', output: '10' } } })
    gateway.provider.next({ reasoningTokens: 1_000_000 })
    expect(await expectCharged(gateway, { model: 'gpt-5', messages: text })).toBeLessThanOrEqual(50_000_000)
  })
})

/** @see PAINS P2: LiteLLM #40002: a reservation cut down to what is left, for a call as large as before. */
describe('P2: a call that is larger than what is left', () => {
  const spent = async (nearLimit: 'refuse' | 'cap') => {
    const gateway = await assemble({ ...budget('1.00'), prices: flat, reserve: { nearLimit } })
    const rest = { model: 'flat', messages: text, max_tokens: 8500, metadata: { answer_tokens: '8500' } }
    expect(await expectCharged(gateway, rest)).toBe(850_000_000)
    return gateway
  }
  const large = { model: 'flat', messages: text, max_tokens: 3000, metadata: { answer_tokens: '3000' } }

  it('is refused before the provider sees it', async () => {
    const gateway = await spent('refuse')
    expect((await errorOf(await gateway.post('/chat/completions', large))).code).toBe('budget_exceeded')
    expect(gateway.provider.totals().requests).toBe(1)
  })

  it('or, where a service asked for it, is sent with the cap that the rest pays for', async () => {
    const gateway = await spent('cap')
    const answer = await gateway.post('/chat/completions', large)
    expect(gateway.provider.requests[1]?.body).toMatchObject({ max_tokens: 1500 })
    expect(answer.headers.get('x-tollgate-max-tokens')).toBe('1500')
    await gateway.atRest()
    expect(gateway.provider.totals().nanoUsd).toBe(1_000_000_000)
    expect((await gateway.books()).spent).toBe(1_000_000_000)
  })
})

describe('embeddings', () => {
  const model = 'text-embedding-3-small'
  it.each([
    ['one text', 'a toll'],
    ['many texts', Array.from({ length: 500 }, (_, index) => `toll ${index}`)],
    ['tokens', Array.from({ length: 3000 }, (_, index) => index % 10)],
    ['lists of tokens', Array.from({ length: 300 }, () => [1, 2, 3, 4, 5])],
    ['emoji', '🙂'.repeat(500)],
  ])('%s: bounded by the bytes', async (_, input) => {
    const tokens = Buffer.byteLength(JSON.stringify({ model, input })) + 16
    // $1 a token: the budget is what the bytes of the body can cost at most.
    const gateway = await assemble({ ...budget(`${tokens}`), prices: { [model]: { input: '1000000' } } })
    await expectCharged(gateway, { model, input }, '/embeddings')
  })
})

describe('whatever is asked', () => {
  it('the provider never bills more than the budget, and the books have what it billed', async () => {
    const question = fc.record(
      {
        model: fc.constantFrom('gpt-4o', 'gpt-4o-mini', 'gpt-5', 'gpt-4.1-nano'),
        messages: fc.constantFrom(text, said(image), said(image, image, image), [...text, ...text]),
        max_completion_tokens: fc.integer({ min: 1, max: 4000 }),
        n: fc.integer({ min: 1, max: 4 }),
        stream: fc.boolean(),
        metadata: fc.integer({ min: 0, max: 3000 }).map((tokens) => ({ answer_tokens: String(tokens) })),
      },
      { requiredKeys: ['model', 'messages'] },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(question, { minLength: 30, maxLength: 30 }), async (questions) => {
        const gateway = await assemble(budget('0.50'))
        await Promise.all(
          questions.map(async (body) => (await gateway.post('/chat/completions', body)).text()),
        )
        await gateway.atRest()
        expect(gateway.provider.totals().nanoUsd).toBeLessThanOrEqual(500_000_000)
        expect((await gateway.books()).spent).toBe(gateway.provider.totals().nanoUsd)
      }),
      { numRuns: 5 },
    )
  })
})
