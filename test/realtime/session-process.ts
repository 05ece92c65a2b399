/**
 * Sessions in a process of its own, from the built kit, for a test that kills it.
 * Arguments: the ledger's file, the provider's base URL. Prints its port once it listens.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { governedUpgrade, modelRoutes, sqliteLedger } from '@tollgate/kit'

const [file = '', baseUrl = ''] = process.argv.slice(2)
const upgrade = governedUpgrade({
  ledger: sqliteLedger(file, { budgets: [{ per: 'user', limit_usd: '1.00', period: 'daily' }] }),
  authenticate: () => ({ org: 'default', user: 'ada' }),
  routes: modelRoutes({ providers: [{ name: 'openai', dialect: 'openai', baseUrl, apiKey: 'sk-real' }] }),
})
const server = createServer().on('upgrade', upgrade)
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
