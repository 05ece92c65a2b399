/**
 * A gateway in a process of its own, from the built kit, for tests that kill it.
 * Arguments: the ledger's file, the provider's base URL. Prints its own base URL once it listens.
 */
import type { AddressInfo } from 'node:net'
import {
  budgetReserve,
  compose,
  identify,
  modelRoutes,
  providerFailover,
  sqliteLedger,
  usageReconcile,
} from '@tollgate/kit'
import express from 'express'

const [file = '', providerUrl = ''] = process.argv.slice(2)
const ledger = sqliteLedger(file, { budgets: [{ per: 'user', limit_usd: '20.00', period: 'daily' }] })
const routes = modelRoutes({
  providers: [{ name: 'openai', dialect: 'openai', baseUrl: providerUrl, apiKey: 'sk-real' }],
})

const server = express()
  .use(
    compose(
      identify(() => ({ user: 'ada' })),
      budgetReserve({ ledger, routes, reservationTtlMs: 60_000 }),
      usageReconcile({ ledger }),
      providerFailover({ routes }),
    ),
  )
  .listen(0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`)
  })
