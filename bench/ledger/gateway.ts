import { createServer, type RequestListener } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import {
  authVirtualKey,
  budgetReserve,
  compose,
  modelRoutes,
  priceBook,
  providerFailover,
  usageReconcile,
} from '@tollgate/kit'
import { budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import {
  type ModelPrice,
  type SimulatedProvider,
  TEST_MASTER_KEY,
  testDirectory,
  testKey,
} from '@tollgate/testing'
import express from 'express'
import { listen } from '../processes/listen.ts'
import { ORG } from './stores.ts'

export interface GatewayOptions {
  readonly ledger: Ledger
  readonly provider: SimulatedProvider
  /** What the provider bills by as well: one model, and its prices. */
  readonly prices: Readonly<Record<string, ModelPrice>>
  /** Of the key, a day. */
  readonly limitUsd: string
  /** How streams are reserved; for their worst case by default. */
  readonly enforcement?: 'hard' | 'tight'
}

/** A gateway in this process, in front of the simulated provider, with a new key that has one budget. */
export interface Gateway {
  /** Ask for a chat completion with the key. */
  post(body: object): Promise<Response>
  /** What the books say the key has spent, nano-USD. */
  spent(): Promise<number>
  /** The same, once nothing is reserved any more. */
  spentAtRest(): Promise<number>
  close(): Promise<void>
}

export async function gatewayOn({
  ledger,
  provider,
  prices,
  limitUsd,
  enforcement = 'hard',
}: GatewayOptions): Promise<Gateway> {
  const key = testKey({ org: ORG, team: 'load' })
  await ledger.provision(ORG, `org:${ORG}`, [])
  await ledger.provision(ORG, 'team:load', [])
  await ledger.provision(ORG, key.account, [budgetFrom({ limit_usd: limitUsd, period: 'daily' })])
  const overrides = Object.fromEntries(
    Object.entries(prices).map(([model, { input, output = '0' }]) => [
      model,
      { input, output, cached_input: input },
    ]),
  )
  const routes = modelRoutes({
    providers: [{ name: 'openai', dialect: 'openai', baseUrl: provider.url, apiKey: 'sk-simulated' }],
  })
  const pipeline = compose(
    authVirtualKey({ directory: testDirectory(key), masterKey: TEST_MASTER_KEY }),
    budgetReserve({ ledger, routes, prices: priceBook({ overrides }), enforcement }),
    usageReconcile({ ledger }),
    providerFailover({ routes }),
  )
  const server = createServer(express().disable('x-powered-by').use('/v1', pipeline) as RequestListener)
  const url = await listen(server)
  const books = async () => (await ledger.read(ORG, [key.account]))[0]!
  return {
    post: (body) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: key.authorization },
        body: JSON.stringify(body),
      }),
    spent: async () => (await books()).spent,
    async spentAtRest() {
      while ((await books()).reserved > 0) await pause(20)
      return (await books()).spent
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
