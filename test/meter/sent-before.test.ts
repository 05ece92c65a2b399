import { memoryLedger } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'

const MODEL = 'gpt-4o-mini'
/** 40,000 words, which are as many tokens and five times as many bytes. */
const CONTEXT = 'toll '.repeat(40_000)

/** An agent that sends all of its context with each request, and a little more. */
async function turns(mount: (turn: number) => string): Promise<number[]> {
  const { post, atRest } = await assemble({
    prices: { [MODEL]: { input: '1', output: '1' } },
    budgets: [{ limit_usd: '0.22', period: 'total' }],
  })
  const messages = [{ role: 'user', content: '' }]
  const statuses: number[] = []
  for (let turn = 0; turn < 5; turn++) {
    messages[0] = { role: 'user', content: mount(turn) }
    const answer = await post('/chat/completions', { model: MODEL, max_tokens: 16, messages })
    await answer.arrayBuffer()
    statuses.push(answer.status)
    messages.push({ role: 'assistant', content: 'Yes.' }, { role: 'user', content: `And ${turn}?` })
    await atRest()
  }
  return statuses
}

/** @see PAINS P4: by bytes each of these reserves $0.128, the window, though it costs $0.04. */
describe('P4: a context that an agent sends again and again', () => {
  it('reserves what its provider counted it as, and what is new', async () => {
    expect(await turns(() => CONTEXT)).toEqual([200, 200, 200, 200, 200])
  })

  it('one that is new each time reserves all of its bytes', async () => {
    expect(await turns((turn) => `${turn} ${CONTEXT}`)).toEqual([200, 200, 200, 429, 429])
  })
})

/** What an agent of each dialect sends: 600 kB of instructions, and its conversation so far. */
const AGENTS = {
  chat: {
    path: '/v1/chat/completions',
    body: (turns: readonly string[]) => ({
      model: 'any',
      max_completion_tokens: 16,
      messages: turns.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content })),
    }),
  },
  responses: {
    path: '/v1/responses',
    body: (turns: readonly string[]) => ({
      model: 'any',
      max_output_tokens: 16,
      store: false,
      input: turns.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content })),
    }),
  },
  messages: {
    path: '/v1/messages',
    body: (turns: readonly string[]) => ({
      model: 'any',
      max_tokens: 16,
      messages: turns.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content })),
    }),
  },
  generate: {
    path: '/v1beta/models/any:generateContent',
    body: (turns: readonly string[]) => ({
      generationConfig: { maxOutputTokens: 16 },
      contents: turns.map((text, at) => ({ role: at % 2 === 0 ? 'user' : 'model', parts: [{ text }] })),
    }),
  },
} as const

const SERVED = {
  chat: ['openai', 'gpt-4.1-mini'],
  responses: ['openai', 'gpt-4.1-mini'],
  messages: ['anthropic', 'claude-sonnet-4-5'],
  generate: ['gemini', 'gemini-2.0-flash'],
} as const

/** @see PAINS P4, and LiteLLM #38647: contexts of coding agents, 50 to 80 times over-reserved by their bytes. */
describe.each(Object.keys(AGENTS) as (keyof typeof AGENTS)[])('P4: 600 kB of context, in %s', (endpoint) => {
  it('is reserved at little more than it costs, once it was sent', async () => {
    const [dialect, model] = SERVED[endpoint]
    const { path, body } = AGENTS[endpoint]
    let reserved = 0
    const books = memoryLedger()
    const gateway = await assemble({
      dialect,
      prices: { [model]: { input: '1', output: '1' } },
      budgets: [{ limit_usd: '100', period: 'total' }],
      routing: (simulated) => ({ providers: [simulated], routes: { '*': [`${simulated.name}/${model}`] } }),
      ledger: {
        ...books,
        reserve(command) {
          reserved = command.min.usd
          return books.reserve(command)
        },
      },
    })
    const turns = ['toll '.repeat(120_000)]
    const send = async () => {
      const answer = await fetch(new URL(path, gateway.url), {
        method: 'POST',
        body: JSON.stringify(body(turns)),
        headers: { 'content-type': 'application/json', authorization: gateway.key.authorization },
      })
      expect(answer.status).toBe(200)
      await answer.arrayBuffer()
      await gateway.atRest()
      return reserved
    }
    const first = await send()
    turns.push('Yes.', 'And now?')
    const again = await send()
    const cost = gateway.provider.requests.at(-1)!.nanoUsd
    expect(first).toBeGreaterThan(4 * cost)
    expect(again).toBeGreaterThanOrEqual(cost)
    expect(again).toBeLessThan(1.25 * cost)
  })
})
