import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import {
  authVirtualKey,
  budgetReserve,
  compose,
  modelRoutes,
  providerFailover,
  providerPassages,
  providerProxy,
  tierCheck,
  tollgateErrors,
  usageReconcile,
} from '@tollgate/kit'
import type { Middleware } from '@tollgate/kit/core'
import { type BudgetEntry, budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import type { Tier } from '@tollgate/kit/stages/tier-check'
import type { Passages, PassedProvider, Provider } from '@tollgate/kit/wire'
import { memoryLedger, TEST_MASTER_KEY, type TestKey, testDirectory, testKey } from '@tollgate/testing'
import express from 'express'
import { expect } from 'vitest'
import { closeAfter } from './close-after.ts'
import { serve } from './http.ts'
import { ask, type RawAnswer, type RawRequest } from './raw.ts'

/** A request as a provider got it. */
export interface Arrived {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Any HTTP API: it keeps what it is asked, and answers as it is told to. */
export interface PaidApi {
  /** Where it is, without a slash at its end. */
  readonly url: string
  /** `127.0.0.1:…`, which no client may ever see. */
  readonly host: string
  readonly arrived: readonly Arrived[]
}

/** Answers a request whose body has come, or is still to be read. */
export type Serving = (res: ServerResponse, req: IncomingMessage) => unknown

/** Start an API. What it answers is sent when its body is whole, unless it is `hasty`. */
export async function paidApi(
  answer: Serving,
  { hasty = false }: { readonly hasty?: boolean } = {},
): Promise<PaidApi> {
  const arrived: Arrived[] = []
  const server = createServer(async (req, res) => {
    const { method = '', url = '', headers } = req
    const note = (body: Buffer) => arrived.push({ method, url, headers, body })
    if (hasty) note(Buffer.alloc(0))
    else note(await buffer(req).catch(() => Buffer.alloc(0)))
    answer(res, req)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeAfter(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url: `http://${host}`, host, arrived }
}

/** Answer with JSON. */
export function says(body: unknown, status = 200): Serving {
  return (res) => {
    res.writeHead(status, { 'content-type': 'application/json' })
    res.end(JSON.stringify(body))
  }
}

export const OPERATORS_KEY = 'sk-the-operators-own-key-at-the-provider'

export interface PassingOptions {
  readonly providers: readonly PassedProvider[]
  readonly budgets?: readonly BudgetEntry[]
  readonly tiers?: Readonly<Record<string, Tier>>
  readonly ledger?: Ledger
  readonly reserve?: Partial<Parameters<typeof budgetReserve>[0]>
  readonly proxy?: Partial<Parameters<typeof providerProxy>[0]>
  /** Mounted before all stages. */
  readonly before?: readonly Middleware[]
  /** Mounted before anything is reserved. */
  readonly between?: (passages: Passages) => readonly Middleware[]
  /** Keys that the directory knows besides the service's own. */
  readonly keys?: readonly TestKey[]
}

/** A service that passes through what is no call of a model, and one key for it. */
export interface PassingService {
  readonly url: string
  readonly key: TestKey
  readonly ledger: Ledger
  /** Ask with the key, by any bytes that HTTP allows. */
  raw(request: RawRequest): Promise<RawAnswer>
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** What the books say of the key. */
  books(): Promise<{ readonly spent: number; readonly reserved: number; readonly unconfirmed: number }>
  /** Resolves when nothing is reserved for the key any more. */
  atRest(): Promise<void>
}

export async function passingService({
  providers,
  budgets = [],
  tiers = {},
  ledger = memoryLedger(),
  reserve = {},
  proxy = {},
  before = [],
  between = () => [],
  keys = [],
}: PassingOptions): Promise<PassingService> {
  const key = testKey()
  closeAfter(() => ledger.close())
  await ledger.provision(key.org, 'org:test', [])
  await ledger.provision(
    key.org,
    key.account,
    budgets.map((budget) => budgetFrom(budget)),
  )
  const passages = providerPassages({ providers })
  const ofModels = providers.filter((provider): provider is Provider => provider.dialect !== 'http')
  const routes = modelRoutes({ providers: ofModels })
  const app = express()
  app.use(
    ...([...before, (_req, _res, next) => next()] as Middleware[]),
    compose(
      authVirtualKey({ directory: testDirectory(key, ...keys), masterKey: TEST_MASTER_KEY }),
      tierCheck({ tiers, passages }),
      ...between(passages),
      budgetReserve({ ledger, routes, passages, ...reserve }),
      usageReconcile({ ledger }),
      providerProxy({ passages, ...proxy }),
      providerFailover({ routes }),
    ),
    tollgateErrors({ onFault: () => {} }),
  )
  const url = await serve(app)
  const books = async () => (await ledger.read(key.org, [key.account]))[0]!
  return {
    url,
    key,
    ledger,
    books,
    raw: ({ headers = [], ...request }) =>
      ask(url, { ...request, headers: ['authorization', key.authorization, ...headers] }),
    fetch: (path, init = {}) =>
      fetch(url + path, { ...init, headers: { authorization: key.authorization, ...init.headers } }),
    atRest: () =>
      expect
        .poll(async () => (await books()).reserved)
        .toBe(0)
        .then(() => {}),
  }
}
