import { type GovernedFetchOptions, governedFetch } from '@tollgate/kit/client'
import { type AccountId, type BudgetEntry, budgetFrom } from '@tollgate/kit/ledger'
import { priceBook } from '@tollgate/kit/meter'
import { memoryLedger, simulatedProvider } from '@tollgate/testing'
import OpenAI from 'openai'
import { expect } from 'vitest'
import { closeAfter } from '../../support/close-after.ts'

export const DAILY: readonly BudgetEntry[] = [{ limit_usd: '5.00', period: 'daily' }]
export const LIMIT = 5_000_000_000
export const ACCOUNT: AccountId = 'team:reports'
export const PROVIDER_KEY = 'sk-of-the-worker'

/** Input is free, and 1,000 output tokens cost $0.10: a call's worst case is what its cap says. */
export const FLAT = { input: '0', output: '100' }

type Governing = Partial<Omit<GovernedFetchOptions, 'ledger' | 'principal'>>

/** A worker: the real client on a governed fetch, with books of its own, and no server anywhere but the provider. */
export async function worker({
  budgets = DAILY,
  govern = {},
}: {
  budgets?: readonly BudgetEntry[]
  govern?: Governing
} = {}) {
  const provider = await simulatedProvider({ apiKey: PROVIDER_KEY, prices: { flat: FLAT } })
  closeAfter(() => provider.close())
  const ledger = memoryLedger()
  closeAfter(() => ledger.close())
  await ledger.provision(
    'default',
    ACCOUNT,
    budgets.map((budget) => budgetFrom(budget)),
  )
  const prices = priceBook({ overrides: { flat: { ...FLAT, cached_input: FLAT.input } } })
  const fetch = governedFetch({ ledger, principal: { team: 'reports' }, prices, ...govern })
  const openai = new OpenAI({ baseURL: provider.url, apiKey: PROVIDER_KEY, fetch, maxRetries: 2 })
  const books = async () => {
    const { spent, reserved, unconfirmed } = (await ledger.read('default', [ACCOUNT]))[0]!
    return { spent, reserved, unconfirmed }
  }
  return { provider, ledger, fetch, openai, books }
}

export type Worker = Awaited<ReturnType<typeof worker>>

export const ask = <Extra extends object>(extra?: Extra) => ({
  model: 'gpt-4o',
  messages: [{ role: 'user' as const, content: 'Summarise the orders of last night.' }],
  metadata: { answer_tokens: '100' },
  ...(extra as Extra),
})

/** The books have the provider's own count, at once, and hold nothing. */
export async function expectExact({ provider, books }: Worker): Promise<void> {
  const { nanoUsd } = provider.totals()
  expect(nanoUsd).toBeGreaterThan(0)
  expect(await books()).toEqual({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
}

/** Provider's count ≤ charge ≤ what was reserved, and nothing is held. */
export async function expectBounded({ provider, books }: Worker): Promise<number> {
  await expect.poll(async () => (await books()).reserved).toBe(0)
  const { nanoUsd } = provider.totals()
  const { spent, unconfirmed } = await books()
  expect(spent).toBeGreaterThanOrEqual(nanoUsd)
  expect(spent).toBeLessThanOrEqual(LIMIT)
  expect(unconfirmed).toBe(0)
  return spent - nanoUsd
}

export async function textOf(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
  return text
}
