import type { IncomingMessage } from 'node:http'
import {
  attempts,
  budgetReserve,
  compose,
  defineStage,
  identify,
  priceBook,
  providerFailover,
  tierCheck,
  usageReconcile,
} from '@tollgate/kit'
import { systemClock } from '@tollgate/kit/core'
import { budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import {
  type Attempt,
  type HealthBoard,
  healthBoard,
  type ProviderFailoverOptions,
  type RetryOptions,
  type RouteRule,
  routing,
} from '@tollgate/kit/stages/provider-failover'
import type { Tier } from '@tollgate/kit/stages/tier-check'
import type { Provider } from '@tollgate/kit/wire'
import {
  type Behaviour,
  gate,
  memoryLedger,
  type SimulatedProvider,
  simulatedProvider,
} from '@tollgate/testing'
import express from 'express'
import { expect } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'

/** Output at $1, $2 and $20 a million: 100 tokens cost $0.0001, $0.0002 and $0.002. */
export const PRICES = {
  small: { input: '0', output: '1' },
  medium: { input: '0', output: '2' },
  large: { input: '0', output: '20' },
}

export interface BenchOptions {
  readonly limitUsd?: string
  readonly route?: RouteRule
  readonly health?: HealthBoard
  readonly retries?: RetryOptions
  readonly tiers?: Readonly<Record<string, Tier>>
  readonly answerTokens?: number
  /** What the first, second or third of them does with its next request; answers well where it says nothing. */
  readonly behave?: (provider: number) => Behaviour | undefined
  /** Where the books are; in memory by default. */
  readonly ledger?: Ledger
  /** How providers are called, for how long they are waited for, and what ends that; the stage's own by default. */
  readonly calling?: Pick<ProviderFailoverOptions, 'clock' | 'dispatcher' | 'stop' | 'timeouts'>
  /** What is different about each provider. */
  readonly providers?: Readonly<Record<string, Partial<Provider>>>
}

/**
 * For `beforeAll`: a simulated provider loads its vocabulary with its first answer, which may take longer than anybody is
 * waited for in a test.
 */
export async function loadVocabulary(): Promise<void> {
  const provider = await simulatedProvider()
  const body = JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'x' }] })
  await (await fetch(`${provider.url}/chat/completions`, { method: 'POST', body })).text()
  await provider.close()
}

/** Three simulated providers behind one route, and the books of its caller. */
export interface Bench {
  readonly a: SimulatedProvider
  readonly b: SimulatedProvider
  readonly c: SimulatedProvider
  readonly health: HealthBoard
  /** Up to and including `/v1`. */
  readonly url: string
  ask(extra?: object, init?: RequestInit): Promise<Response>
  /** The attempts of each request that has ended, in the order that they ended in. */
  readonly tried: readonly (readonly Attempt[])[]
  /** Those of the only request, once it has ended. */
  attempts(): Promise<readonly Attempt[]>
  /** Resolves once nothing is reserved: what was spent, nano-USD. */
  books(): Promise<number>
}

export async function threeProviders({
  limitUsd = '10.00',
  route = { targets: ['a/small', 'b/medium', 'c/large'] },
  health = healthBoard(),
  retries = { max: 0 },
  tiers = {},
  answerTokens = 50,
  behave = () => undefined,
  ledger = memoryLedger(),
  calling = {},
  providers: special = {},
}: BenchOptions = {}): Promise<Bench> {
  const servers = await Promise.all(
    [0, 1, 2].map(async (at) => {
      const provider = await simulatedProvider({ prices: PRICES, answerTokens, behave: () => behave(at) })
      closeAfter(() => provider.close())
      return provider
    }),
  )
  const [a, b, c] = servers as [SimulatedProvider, SimulatedProvider, SimulatedProvider]
  const state = async () => (await ledger.read('default', ['user:ada']))[0]!
  const atRest = () => expect.poll(async () => (await state()).reserved, { timeout: 40_000 }).toBe(0)
  closeAfter(async () => {
    // Requests that a test has not waited for are settled in these books too.
    await atRest()
    await ledger.close()
  })
  await ledger.provision('default', 'user:ada', [budgetFrom({ limit_usd: limitUsd, period: 'total' })])
  const prices = priceBook({ overrides: PRICES })
  const providers = Object.entries({ a, b, c }).map(
    ([name, { url }]): Provider => ({ name, dialect: 'openai', baseUrl: url, ...special[name] }),
  )
  const { clock = systemClock } = calling
  const routes = routing({ providers, routes: { smart: route }, health, prices, clock })
  const tried: (readonly Attempt[])[] = []
  const ended = gate()
  const witness = defineStage({
    name: 'witness',
    handle: () => {},
    settle(req: IncomingMessage) {
      tried.push(attempts.peek(req) ?? [])
      ended.open()
    },
  })
  const url = await serve(
    express().use(
      '/v1',
      compose(
        witness,
        identify(() => ({ user: 'ada' })),
        tierCheck({ tiers }),
        budgetReserve({ ledger, routes, prices }),
        usageReconcile(),
        providerFailover({ routes, health, retries, ...calling }),
      ),
    ),
  )
  return {
    a,
    b,
    c,
    health,
    url: `${url}/v1`,
    tried,
    async attempts() {
      await ended.opened
      return tried[0]!
    },
    ask: (extra = {}, init = {}) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        ...init,
        headers: { 'content-type': 'application/json', ...init.headers },
        body: JSON.stringify({
          model: 'smart',
          max_tokens: 100,
          messages: [{ role: 'user', content: 'x' }],
          ...extra,
        }),
      }),
    async books() {
      await atRest()
      return (await state()).spent
    },
  }
}

/** Who answered. */
export const served = (answer: Response): string | null => answer.headers.get('x-tollgate-provider')

/** Ask, and read the whole answer. */
export async function answered(bench: Bench, extra: object = {}): Promise<Response> {
  const answer = await bench.ask(extra)
  await answer.text()
  return answer
}
