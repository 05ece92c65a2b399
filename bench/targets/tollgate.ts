import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  authVirtualKey,
  budgetReserve,
  compose,
  priceBook,
  providerFailover,
  sqliteDirectory,
  sqliteLedger,
  tierCheck,
  usageReconcile,
} from '@tollgate/kit'
import { sqliteAudit } from '@tollgate/kit/audit/sqlite'
import { issueKey, keyHasher } from '@tollgate/kit/directory'
import { type AccountId, budgetFrom } from '@tollgate/kit/ledger'
import { auditLog } from '@tollgate/kit/stages/audit-log'
import express from 'express'
import { ASKED_MODEL, CHARGE_NANO_USD, PRICE, SERVED_MODEL } from '../exchange.ts'
import { serveTarget } from './target.ts'
import { upstreamRoutes } from './upstream-routes.ts'

/**
 * Tollgate with every stage on and the embedded store in one file, as the standalone gateway assembles it: a key of a
 * team, three accounts to charge, one hard budget over them that the bench never reaches.
 */
const MASTER_KEY = 'a-master-key-for-the-bench-and-nothing-else'

const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const file = join(folder, 'tollgate.db')
const ledger = sqliteLedger(file)
const directory = sqliteDirectory(file)
const { record, secret } = issueKey({
  id: 'bench',
  org: 'bench',
  team: 'load',
  hasher: keyHasher(MASTER_KEY),
})
await directory.createKey(record)

const accounts: AccountId[] = ['org:bench', 'team:load', 'key:bench']
await ledger.provision('org:bench', [])
await ledger.provision('team:load', [budgetFrom({ limit_usd: '1000000', period: 'daily' })])
await ledger.provision('key:bench', [])

const audit = auditLog({ ledger, sinks: [sqliteAudit(file)] })
const pipeline = compose(
  audit,
  authVirtualKey({ directory, masterKey: MASTER_KEY }),
  tierCheck({
    tiers: { default: { models: ['gpt-*', ASKED_MODEL] }, research: { models: ['*'], approval: 'director' } },
  }),
  budgetReserve({
    ledger,
    routes: upstreamRoutes,
    prices: priceBook({ overrides: { [SERVED_MODEL]: PRICE } }),
  }),
  usageReconcile({ ledger }),
  providerFailover({ routes: upstreamRoutes }),
)

await serveTarget({
  authorization: `Bearer ${secret}`,
  handler: express().disable('x-powered-by').use('/v1', pipeline),
  async tally() {
    const states = await ledger.read(accounts)
    await audit.flush()
    const [{ written, dropped } = { written: 0, dropped: 0 }] = audit.standings()
    return Object.fromEntries([
      ['audit records', { total: written, perRequest: 1 }],
      ['audit records dropped', { total: dropped, perRequest: 0 }],
      ...states.flatMap(({ account, spent, reserved }) => [
        [`nano-USD spent by ${account}`, { total: spent, perRequest: CHARGE_NANO_USD }],
        [`nano-USD reserved for ${account}`, { total: reserved, perRequest: 0 }],
      ]),
    ])
  },
})
