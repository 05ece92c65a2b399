import { sharedTokenizer } from '@tollgate/kit/meter'
import { type Dialect, gate } from '@tollgate/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Assembly, assemble } from '../support/assembly.ts'

/** What is not counted yet is taken by its bytes, of which this budget does not hold many. */
beforeAll(() => sharedTokenizer().count([' '], MODELS.openai), 60_000)

/** Pays for a thousand tokens of output, less the input. */
const LIMIT = 10_000_000
/**
 * So far the provider generates while nobody stops it, tokens: within the budget, so that what is billed can be charged; and
 * beyond where even the slowest answer is cut, 32 tokens before what the budget pays for. A shorter one is never cut on a
 * machine that takes seconds for it, and waits for ever.
 */
const GENERATED = 960
const DIALECTS: readonly Dialect[] = ['openai', 'anthropic', 'gemini']

/** Models that show all that they generate. */
const MODELS: Readonly<Record<Dialect, string>> = {
  openai: 'gpt-4o-mini',
  anthropic: 'claude-3-5-haiku-20241022',
  gemini: 'gemini-2.0-flash',
}
const prices = Object.fromEntries(Object.values(MODELS).map((model) => [model, { input: '1', output: '10' }]))

interface Speaker {
  readonly path: string
  readonly body: object
  /** What a stream ends with that the budget has no more for: what SDKs raise, and then the end. */
  readonly cut: RegExp
}

const SPEAKERS: Readonly<Record<string, Speaker>> = {
  'Chat Completions': {
    path: '/v1/chat/completions',
    body: {
      model: 'any',
      stream: true,
      max_completion_tokens: 8_000,
      messages: [{ role: 'user', content: 'go on' }],
    },
    cut: /data: \{"error":\{[^}]*"code":"budget_exceeded"\}\}\n\ndata: \[DONE\]\n\n$/,
  },
  Responses: {
    path: '/v1/responses',
    body: { model: 'any', stream: true, max_output_tokens: 8_000, input: 'go on', store: false },
    cut: /event: error\ndata: [^\n]*"code":"budget_exceeded"[^\n]*\n\nevent: response\.failed\ndata: [^\n]*\n\n$/,
  },
  Messages: {
    path: '/v1/messages',
    body: { model: 'any', stream: true, max_tokens: 8_000, messages: [{ role: 'user', content: 'go on' }] },
    cut: /event: error\ndata: \{"type":"error","error":\{"type":"rate_limit_error"[^\n]*"code":"budget_exceeded"[^\n]*\n\n$/,
  },
  generateContent: {
    path: '/v1beta/models/any:streamGenerateContent?alt=sse',
    body: {
      contents: [{ role: 'user', parts: [{ text: 'go on' }] }],
      generationConfig: { maxOutputTokens: 8_000 },
    },
    cut: /data: \{"error":\{"code":429[^\n]*"status":"RESOURCE_EXHAUSTED"[^\n]*"reason":"budget_exceeded"[^\n]*\n\n$/,
  },
}

const cases = Object.entries(SPEAKERS).flatMap(([speech, speaker]) =>
  DIALECTS.map((dialect) => ({ speech, dialect, speaker })),
)

function servedBy(dialect: Dialect): Promise<Assembly> {
  return assemble({
    budgets: [{ limit_usd: '0.01', period: 'total' }],
    prices,
    dialect,
    reserve: { enforcement: 'tight' },
    routing: (simulated) => ({
      providers: [simulated],
      routes: { '*': [`${simulated.name}/${MODELS[dialect]}`] },
    }),
  })
}

function ask({ url, key }: Assembly, { path, body }: Speaker): Promise<Response> {
  return fetch(new URL(path, url), {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', authorization: key.authorization },
  })
}

describe.each(cases)('a stream of $speech, served by $dialect, in tight mode', ({ dialect, speaker }) => {
  it('is whole and charged exactly where the budget pays for it, and longer than was reserved at first', async () => {
    const gateway = await servedBy(dialect)
    gateway.provider.next({ answerTokens: 100, cut: 29 })
    const answer = await ask(gateway, speaker)
    const text = await answer.text()
    expect(answer.status).toBe(200)
    expect(text).not.toContain('budget_exceeded')
    await gateway.atRest()
    expect(gateway.provider.totals().outputTokens).toBe(100)
    expect(await gateway.books()).toMatchObject({ spent: gateway.provider.totals().nanoUsd, unconfirmed: 0 })
  })

  it('is cut in good form where it does not, aborted upstream, and charged for what came', async () => {
    const gateway = await servedBy(dialect)
    const until = gate()
    gateway.provider.next({ answerTokens: 4_000, pause: { afterChunks: GENERATED, until } })
    const text = await (await ask(gateway, speaker)).text()
    expect(text).toMatch(speaker.cut)
    await gateway.provider.waitFor(({ requests }) => requests[0]!.outcome === 'aborted')
    await gateway.atRest()
    const { spent, unconfirmed } = await gateway.books()
    expect(unconfirmed).toBe(0)
    expect(spent).toBeGreaterThanOrEqual(gateway.provider.totals().nanoUsd)
    expect(spent).toBeLessThanOrEqual(LIMIT)
  })
})
