import type { RequestListener } from 'node:http'
import { type budgetReserve, identify, priceBook, tollgateErrors } from '@tollgate/kit'
import type { AccountId, BudgetEntry, Ledger } from '@tollgate/kit/ledger'
import { memoryLedger, type SimulatedProvider, simulatedProvider } from '@tollgate/testing'
import express, { type Express, type RequestHandler } from 'express'
import OpenAI from 'openai'
import { closeAfter } from './close-after.ts'
import { serve } from './http.ts'

/** Output at $100 a million, input at $10: every token of a test can be told from every other. */
export const PRICES = { flat: { input: '10', output: '100' } } as const

export interface Service {
  readonly url: string
  readonly provider: SimulatedProvider
  readonly ledger: Ledger
  /** What budget-reserve is given, besides the options of the route. */
  readonly options: Pick<Parameters<typeof budgetReserve>[0], 'ledger' | 'prices'>
  /** The client that the service's own handlers use: straight to the provider, with the service's key. */
  readonly openai: OpenAI
  /** POST as the user that `who` names. */
  post(path: string, body: unknown, init?: RequestInit): Promise<Response>
  /** What the books say of the user, nano-USD. */
  books(): Promise<{ spent: number; reserved: number; unconfirmed: number }>
}

export interface ServiceOptions {
  readonly budgets?: readonly BudgetEntry[]
  /** The routes of the service, mounted behind its own login. */
  readonly routes: (app: Express, service: Omit<Service, 'url' | 'post'>) => void
}

const ACCOUNT: AccountId = 'user:ada'

/** The service's own login: not ours, and before everything of ours. */
const login: RequestHandler = (req, _res, next) => {
  Object.assign(req, { user: { id: 'ada' } })
  next()
}

/** Who the login says is calling. */
export const whoever = identify((req) => ({ user: req.user.id }))

/** An Express service that a team already has, with handlers of its own and the simulated provider behind them. */
export async function existingService({
  budgets = [{ limit_usd: '5.00', period: 'daily' }],
  routes,
}: ServiceOptions): Promise<Service> {
  const provider = await simulatedProvider({ prices: PRICES })
  closeAfter(() => provider.close())
  const ledger = memoryLedger({ budgets: budgets.map((budget) => ({ per: 'user', ...budget })) })
  closeAfter(() => ledger.close())
  const { input, output } = PRICES.flat
  const parts = {
    provider,
    ledger,
    options: {
      ledger,
      prices: priceBook({ overrides: { flat: { input, output, cached_input: input } } }),
    },
    openai: new OpenAI({ baseURL: provider.url, apiKey: 'sk-of-the-service', maxRetries: 0 }),
    books: async () =>
      (await ledger.read('default', [ACCOUNT]))[0] ?? { spent: 0, reserved: 0, unconfirmed: 0 },
  }
  const app = express().use(login)
  routes(app, parts)
  const url = await serve(app.use(tollgateErrors({ onFault: () => {} })) as RequestListener)
  return {
    ...parts,
    url,
    post: (path, body, init = {}) =>
      fetch(url + path, {
        method: 'POST',
        body: JSON.stringify(body),
        ...init,
        headers: { 'content-type': 'application/json', ...init.headers },
      }),
  }
}
