import { createServer, type RequestListener } from 'node:http'
import {
  budgetReserve,
  compose,
  identify,
  modelRoutes,
  priceBook,
  providerFailover,
  usageReconcile,
} from '@tollgate/kit'
import { type AccountId, budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import express from 'express'
import { listen } from '../processes/listen.ts'
import type { Direction } from './directions.ts'
import { PRICE } from './said.ts'

const ORG = 'default'

/** A gateway in this process that serves one direction, and the account that pays for all of it. */
export interface Gateway {
  readonly url: string
  /** What the books say, nano-USD. */
  books(): Promise<{ readonly spent: number; readonly reserved: number }>
}

/** Everything that money needs, and no more: the caller, the reservation, the meter, the provider. */
export async function gatewayFor(
  { name, served }: Direction,
  providers: string,
  ledger: Ledger,
): Promise<Gateway> {
  const account: AccountId = `user:${name}`
  await ledger.provision(ORG, account, [budgetFrom({ limit_usd: '1000000', period: 'daily' })])
  const { dialect, model, version } = served
  const routes = modelRoutes({
    providers: [{ name: dialect, dialect, baseUrl: `${providers}/${name}/${version}`, apiKey: 'sk-bench' }],
  })
  const pipeline = compose(
    identify(() => ({ user: name })),
    budgetReserve({ ledger, routes, prices: priceBook({ overrides: { [model]: PRICE } }) }),
    usageReconcile({ ledger }),
    providerFailover({ routes }),
  )
  const app = express().disable('x-powered-by').use('/v1', pipeline)
  return {
    url: await listen(createServer(app as RequestListener)),
    async books() {
      const { spent, reserved } = (await ledger.read(ORG, [account]))[0]!
      return { spent, reserved }
    },
  }
}
