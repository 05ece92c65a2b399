import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { Assembly } from '../support/assembly.ts'
import { answerJson, behindGateway, INPUT_NANO_USD, OUTPUT_NANO_USD } from '../support/upstream.ts'

const RESPONSE = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_795_000_000,
  model: 'flat',
  error: null,
  incomplete_details: null,
}
const USAGE = { input_tokens: 30, output_tokens: 12, total_tokens: 42 }
const BILLED = 30 * INPUT_NANO_USD + 12 * OUTPUT_NANO_USD
const COMPLETE = {
  ...RESPONSE,
  status: 'completed',
  output: [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Hello there', annotations: [] }],
    },
  ],
  usage: USAGE,
}

const event = (type: string, said: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 0, ...said })}\n\n`
const STREAM =
  event('response.created', { response: { ...RESPONSE, status: 'in_progress', output: [], usage: null } }) +
  event('response.output_text.delta', { output_index: 0, content_index: 0, delta: 'Hello there' }) +
  event('response.completed', { response: COMPLETE })

/** A provider of Responses behind the gateway, and what it was asked. */
async function place(): Promise<{ gateway: Assembly; openai: OpenAI; asked: Record<string, unknown>[] }> {
  const asked: Record<string, unknown>[] = []
  const gateway = await behindGateway((res, body) => {
    asked.push(body)
    if (!body.stream) return answerJson(res, COMPLETE)
    res.setHeader('content-type', 'text/event-stream')
    res.end(STREAM)
  })
  const openai = new OpenAI({ baseURL: gateway.url, apiKey: gateway.key.secret, maxRetries: 0 })
  return { gateway, openai, asked }
}

const ask = (rest: object = {}) => ({ model: 'flat', input: 'Say hello.', max_output_tokens: 100, ...rest })

async function expectSpent({ books, atRest }: Assembly, spent: number): Promise<void> {
  await atRest()
  expect(await books()).toMatchObject({ spent, reserved: 0, unconfirmed: 0 })
}

describe('Responses', () => {
  it('are charged what the provider counts', async () => {
    const { gateway, openai, asked } = await place()
    const response = await openai.responses.create(ask())
    expect(response.output_text).toBe('Hello there')
    expect(asked).toEqual([ask()])
    await expectSpent(gateway, BILLED)
  })

  it('are charged the same in a stream, which passes byte for byte', async () => {
    const { gateway } = await place()
    const answer = await gateway.post('/responses', ask({ stream: true }))
    expect((await answer.text()).startsWith(STREAM)).toBe(true)
    await expectSpent(gateway, BILLED)
  })

  it('are given the cap that the budget pays for', async () => {
    const { openai, asked } = await place()
    await openai.responses.create({ model: 'flat', input: 'Say hello.' })
    expect(asked).toMatchObject([{ max_output_tokens: expect.any(Number) }])
  })

  it.each([
    [{ background: true }, 'background'],
    [{ tools: [{ type: 'web_search' }] }, 'tools'],
    [{ service_tier: 'priority' }, 'service_tier'],
  ])('ask for nothing under a budget that no price covers: %j', async (rest, param) => {
    const { gateway, asked } = await place()
    const answer = await gateway.post('/responses', ask(rest))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'price_unknown', param } })
    expect(asked).toEqual([])
    await expectSpent(gateway, 0)
  })

  it('in the background are charged all that was reserved, since no answer will say more', async () => {
    const gateway = await behindGateway(
      (res) => answerJson(res, { ...RESPONSE, status: 'queued', output: [], usage: null }),
      { budgets: [{ limit_usd: '5.00', period: 'daily', mode: 'soft' }] },
    )
    const answer = await gateway.post('/responses', ask({ background: true }))
    expect(answer.status).toBe(200)
    const { id } = (await answer.json()) as { id: string }
    expect(id).toBe('resp_1')
    await gateway.atRest()
    const { spent } = await gateway.books()
    expect(spent).toBeGreaterThanOrEqual(100 * OUTPUT_NANO_USD)
  })

  /** @see PAINS P2b: a small body, and a large bill for what is stored. */
  it.each([
    { previous_response_id: 'resp_0' },
    { conversation: 'conv_0' },
    { prompt: { id: 'pmpt_1' } },
    { input: [{ type: 'item_reference', id: 'msg_0' }] },
  ])('read what is stored only where the model’s window bounds it: %j', async (stored) => {
    const { gateway, asked } = await place()
    const answer = await gateway.post('/responses', ask(stored))
    expect(await answer.json()).toMatchObject({ error: { code: 'price_unknown' } })
    expect(asked).toEqual([])
  })
})
