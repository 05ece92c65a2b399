import { nanoToUsd } from '@tollgate/kit/core'
import { expect, it } from 'vitest'
import { ADA, place, SECRET } from '../support/gateway.ts'

const call = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'go' }], max_tokens: 100 }

/** A gateway whose provider has a budget of so many USD a day. */
async function capped(limitUsd: string) {
  const made = await place(ADA)
  made.edit(/apiKey: ("[^"]+") }/, `apiKey: $1, budgets: [{ limit_usd: ${limitUsd}, period: daily }] }`)
  return made
}

it('tells what is spent at a provider that has a budget of its own', async () => {
  const { provider, start } = await capped('1')
  const gateway = await start()
  await gateway.client(SECRET).chat.completions.create(call)
  const spent = nanoToUsd(provider.totals().nanoUsd)
  expect(await (await gateway.admin('/admin/v1/spend?account=provider:openai')).json()).toMatchObject({
    account: 'provider:openai',
    spent_usd: spent,
    reserved_usd: '0.000000000',
    budgets: [{ budget: 'usd-day', limit_usd: '1.000000000', spent_usd: spent }],
  })
})

it('does not ask a provider that has none of its budget left', async () => {
  const { provider, start } = await capped('0.00001')
  const gateway = await start()
  await expect(gateway.client(SECRET).chat.completions.create(call)).rejects.toMatchObject({
    status: 503,
    code: 'provider_unavailable',
  })
  expect(provider.totals().reached).toBe(0)
  const ada = await (await gateway.admin('/admin/v1/spend?account=key:ada')).json()
  expect(ada).toMatchObject({ spent_usd: '0.000000000', reserved_usd: '0.000000000' })
})
