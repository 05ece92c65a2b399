import type { RequestListener } from 'node:http'
import {
  authVirtualKey,
  budgetReserve,
  compose,
  modelRoutes,
  priceBook,
  providerFailover,
  tollgateErrors,
  usageReconcile,
} from '@tollgate/kit'
import type { BudgetEntry, Ledger } from '@tollgate/kit/ledger'
import { budgetFrom } from '@tollgate/kit/ledger'
import {
  type ModelPrice,
  memoryLedger,
  type SimulatedProvider,
  type SimulatedProviderOptions,
  simulatedProvider,
  TEST_MASTER_KEY,
  type TestKey,
  testDirectory,
  testKey,
} from '@tollgate/testing'
import express from 'express'
import { afterEach, expect } from 'vitest'
import { serve } from './http.ts'

const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Close this when the test ends, the last opened first. */
export function closeAfter(close: () => Promise<void>): void {
  closing.push(close)
}

export interface AssemblyOptions {
  readonly budgets?: readonly BudgetEntry[]
  /** One book for both sides: the provider's own prices, and the gateway's. */
  readonly prices?: Readonly<Record<string, ModelPrice>>
  readonly provider?: SimulatedProviderOptions
  readonly reserve?: Partial<Parameters<typeof budgetReserve>[0]>
  readonly ledger?: Ledger
}

export interface Assembly {
  readonly url: string
  readonly provider: SimulatedProvider
  readonly ledger: Ledger
  readonly key: TestKey
  /** POST to the gateway with the key. */
  post(path: string, body: unknown, init?: RequestInit): Promise<Response>
  /** What the books say of the key, nano-USD. */
  books(): Promise<{ spent: number; reserved: number; unconfirmed: number }>
  /** Resolves once nothing is reserved any more. */
  atRest(): Promise<void>
}

/** A gateway of the kit's stages, one key, and the simulated provider behind it. */
export async function assemble({
  budgets = [],
  prices = {},
  provider: providerOptions = {},
  reserve = {},
  ledger = memoryLedger(),
}: AssemblyOptions = {}): Promise<Assembly> {
  const key = testKey()
  const provider = await simulatedProvider({ prices, ...providerOptions })
  closeAfter(() => provider.close())
  closeAfter(() => ledger.close())
  await ledger.provision('org:test', [])
  await ledger.provision(
    key.account,
    budgets.map((budget) => budgetFrom(budget)),
  )
  const overrides = Object.fromEntries(
    Object.entries(prices).map(([model, { input, output = '0', cachedInput = input }]) => [
      model,
      { input, output, cached_input: cachedInput },
    ]),
  )
  const routes = modelRoutes({
    providers: [{ name: 'openai', dialect: 'openai', baseUrl: provider.url, apiKey: 'sk-real' }],
  })
  const app = express()
    .use(
      '/v1',
      compose(
        authVirtualKey({ directory: testDirectory(key), masterKey: TEST_MASTER_KEY }),
        budgetReserve({ ledger, routes, prices: priceBook({ overrides }), ...reserve }),
        usageReconcile({ ledger }),
        providerFailover({ routes }),
      ),
    )
    .use(tollgateErrors())
  const url = `${await serve(app as RequestListener)}/v1`
  const books = async () => (await ledger.read([key.account]))[0]!
  return {
    url,
    provider,
    ledger,
    key,
    books,
    post: (path, body, init = {}) =>
      fetch(url + path, {
        method: 'POST',
        body: JSON.stringify(body),
        ...init,
        headers: { 'content-type': 'application/json', authorization: key.authorization, ...init.headers },
      }),
    atRest: () =>
      expect
        .poll(async () => (await books()).reserved, { timeout: 10_000 })
        .toBe(0)
        .then(() => {}),
  }
}
