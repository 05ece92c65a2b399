import type { RequestListener } from 'node:http'
import {
  authVirtualKey,
  budgetReserve,
  compose,
  modelRoutes,
  priceBook,
  providerFailover,
  tierCheck,
  tollgateErrors,
  usageReconcile,
} from '@tollgate/kit'
import type { Middleware } from '@tollgate/kit/core'
import type { BudgetEntry, Ledger } from '@tollgate/kit/ledger'
import { budgetFrom } from '@tollgate/kit/ledger'
import type { Tier } from '@tollgate/kit/stages/tier-check'
import type { ModelRoutesOptions, Provider, Routes } from '@tollgate/kit/wire'
import {
  type Dialect,
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
import { expect } from 'vitest'
import { closeAfter } from './close-after.ts'
import { serve } from './http.ts'

/** What the gateway sends upstream, and what no client may ever see. */
export const PROVIDER_KEY = 'sk-provider-key-of-the-operator'

/** Where each SDK looks for its dialect on a server of one's own. */
const MOUNTS = ['/v1', '/v1beta']

export interface AssemblyOptions {
  readonly budgets?: readonly BudgetEntry[]
  /** One book for both sides: the provider's own prices, and the gateway's. */
  readonly prices?: Readonly<Record<string, ModelPrice>>
  readonly provider?: SimulatedProviderOptions
  /** The dialect that the simulated provider is called in. Default `openai`. */
  readonly dialect?: Dialect
  readonly reserve?: Partial<Parameters<typeof budgetReserve>[0]>
  readonly ledger?: Ledger
  /** Keys that the directory knows besides the assembly's own. */
  readonly keys?: readonly TestKey[]
  /** The first is everybody's; none allows every model. */
  readonly tiers?: Readonly<Record<string, Tier>>
  /** More providers and named routes; the simulated provider is given, and by default serves every model. */
  readonly routing?: (simulated: Provider) => ModelRoutesOptions
  readonly timeouts?: Parameters<typeof providerFailover>[0]['timeouts']
  /** None by default: what a test counts is then one call for each request. */
  readonly retries?: Parameters<typeof providerFailover>[0]['retries']
  /** Mounted before all stages, for instance an `auditLog`. */
  readonly before?: readonly Middleware[]
  /** Mounted before anything is reserved, for instance a `rateLimit`; made from the routes where they must be the same ones. */
  readonly between?: readonly Middleware[] | ((routes: Routes) => readonly Middleware[])
}

export interface Assembly {
  /** Up to and including `/v1`. */
  readonly url: string
  readonly provider: SimulatedProvider
  readonly ledger: Ledger
  readonly key: TestKey
  /** What the gateway has answered, in order: how a client's own retries are counted. */
  readonly answered: readonly Answered[]
  /** POST to the gateway with the key. */
  post(path: string, body: unknown, init?: RequestInit): Promise<Response>
  /** What the books say of the key, nano-USD. */
  books(): Promise<{ spent: number; reserved: number; unconfirmed: number }>
  /** Resolves once nothing is reserved any more. */
  atRest(): Promise<void>
}

export interface Answered {
  readonly path: string
  readonly status: number
}

/** A gateway of the kit's stages, one key, and the simulated provider behind it. */
export async function assemble({
  budgets = [],
  prices = {},
  provider: providerOptions = {},
  dialect = 'openai',
  reserve = {},
  ledger = memoryLedger(),
  keys = [],
  tiers = {},
  routing = (simulated) => ({ providers: [simulated] }),
  timeouts = {},
  retries = { max: 0 },
  before = [],
  between = [],
}: AssemblyOptions = {}): Promise<Assembly> {
  const key = testKey()
  const provider = await simulatedProvider({ prices, ...providerOptions })
  closeAfter(() => provider.close())
  closeAfter(() => ledger.close())
  await ledger.provision('test', 'org:test', [])
  await ledger.provision(
    key.org,
    key.account,
    budgets.map((budget) => budgetFrom(budget)),
  )
  const overrides = Object.fromEntries(
    Object.entries(prices).map(([model, { input, output = '0', cachedInput, cacheWrite, cacheWrite1h }]) => [
      model,
      { input, output, cached_input: cachedInput, cache_write: cacheWrite, cache_write_1h: cacheWrite1h },
    ]),
  )
  const routes = modelRoutes(
    routing({ name: dialect, dialect, baseUrl: provider.urlFor(dialect), apiKey: PROVIDER_KEY }),
  )
  const answered: Answered[] = []
  const app = express()
    .use((req, res, next) => {
      res.once('finish', () => answered.push({ path: req.originalUrl, status: res.statusCode }))
      next()
    })
    .use(MOUNTS, ...before, (_req, _res, next) => next())
    .use(
      MOUNTS,
      compose(
        authVirtualKey({ directory: testDirectory(key, ...keys), masterKey: TEST_MASTER_KEY }),
        tierCheck({ tiers }),
        ...(typeof between === 'function' ? between(routes) : between),
        budgetReserve({ ledger, routes, prices: priceBook({ overrides }), ...reserve }),
        usageReconcile({ ledger }),
        providerFailover({ routes, timeouts, retries }),
      ),
    )
    .use(tollgateErrors())
  const url = `${await serve(app as RequestListener)}/v1`
  const books = async () => (await ledger.read(key.org, [key.account]))[0]!
  return {
    url,
    provider,
    ledger,
    key,
    answered,
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
        .poll(async () => (await books()).reserved)
        .toBe(0)
        .then(() => {}),
  }
}
