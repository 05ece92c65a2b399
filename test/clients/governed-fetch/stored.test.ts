import { governedFetch } from '@tollgate/kit/client'
import { priceBook } from '@tollgate/kit/meter'
import { describe, expect, it } from 'vitest'
import { expectBounded, PROVIDER_KEY, worker } from './worker.ts'

/** No stage knows here whose an id is, nor how long what it names: the model's window bounds it, or nothing is sent. */
const STORED = [
  { previous_response_id: 'resp_0' },
  { conversation: 'conv_0' },
  { input: [{ type: 'item_reference', id: 'msg_0' }] },
  { input: [{ id: 'msg_0' }] },
  { input: [{ type: 'reasoning', id: 'rs_0', summary: [] }] },
]

const LISTED = { prices: priceBook() }
const CALL = {
  model: 'gpt-4o-mini',
  input: 'And then?',
  max_output_tokens: 16,
  metadata: { answer_tokens: '10' },
}
const post = (url: string, body: object): [string, RequestInit] => [
  `${url}/responses`,
  {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${PROVIDER_KEY}` },
    body: JSON.stringify({ ...CALL, ...body }),
  },
]

describe('what a provider has stored', () => {
  it.each(STORED)('is read by no call whose budget is less than a window: %j', async (stored) => {
    // Some 66 thousand tokens, of which the model's window is twice as many.
    const { fetch, provider, books } = await worker({
      budgets: [{ limit_usd: '0.01', period: 'daily' }],
      govern: LISTED,
    })
    const answer = await fetch(...post(provider.url, stored))
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
      429,
      'budget_exceeded',
    ])
    expect(provider.requests).toEqual([])
    expect(await books()).toEqual({ spent: 0, reserved: 0, unconfirmed: 0 })
  })

  it('is asked for nobody’s sake: whoever has the key has it all, and pays for what it reads', async () => {
    const maker = await worker({ govern: LISTED })
    const { provider, ledger } = maker
    const { id } = (await (await maker.fetch(...post(provider.url, {}))).json()) as { readonly id: string }
    await ledger.provision('default', 'team:sales', [])
    const theirs = governedFetch({ ledger, principal: { team: 'sales' }, ...LISTED })
    const before = provider.totals().nanoUsd
    const answer = await theirs(...post(provider.url, { previous_response_id: id }))
    expect(answer.status).toBe(200)
    await answer.text()
    const [sales] = await ledger.read('default', ['team:sales'])
    expect(sales).toMatchObject({ spent: provider.totals().nanoUsd - before, reserved: 0 })
  })

  it('is read within a window’s price', async () => {
    const it = await worker({ govern: LISTED })
    const first = await it.fetch(...post(it.provider.url, {}))
    const { id } = (await first.json()) as { readonly id: string }
    const second = await it.fetch(...post(it.provider.url, { previous_response_id: id }))
    expect(second.status).toBe(200)
    await second.text()
    await expectBounded(it)
  })
})
