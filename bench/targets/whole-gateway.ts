import {
  authVirtualKey,
  budgetReserve,
  compose,
  priceBook,
  providerFailover,
  sqliteDirectory,
  tierCheck,
  usageReconcile,
} from '@tollgate/kit'
import { sqliteAudit } from '@tollgate/kit/audit/sqlite'
import type { Middleware } from '@tollgate/kit/core'
import { issueKey, keyHasher } from '@tollgate/kit/directory'
import { type AccountId, budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import { auditLog } from '@tollgate/kit/stages/audit-log'
import express from 'express'
import { ASKED_MODEL, CHARGE_NANO_USD, PRICE, SERVED_MODEL } from '../exchange.ts'
import { serveTarget } from './target.ts'
import { upstreamRoutes } from './upstream-routes.ts'

const MASTER_KEY = 'a-master-key-for-the-bench-and-nothing-else'

export const ORG = 'bench'
const ACCOUNTS: readonly AccountId[] = [`org:${ORG}`, 'team:load', 'key:bench']

/**
 * Tollgate with every stage on, as the standalone gateway assembles it: a key of a team, three accounts to charge, one
 * hard budget over them that the bench never reaches.
 *
 * @param file an SQLite file, for the keys and the audit records whatever the ledger is.
 * @param between what stands before anything is reserved, once it is known who asks, and what they may.
 */
export async function serveWholeGateway(
  ledger: Ledger,
  file: string,
  ...between: readonly Middleware[]
): Promise<void> {
  const directory = sqliteDirectory(file)
  const hasher = keyHasher(MASTER_KEY)
  const { record, secret } = issueKey({ id: 'bench', org: ORG, team: 'load', hasher })
  await directory.createKey(record)

  await ledger.provision(ORG, 'org:bench', [])
  await ledger.provision(ORG, 'team:load', [budgetFrom({ limit_usd: '1000000', period: 'daily' })])
  await ledger.provision(ORG, 'key:bench', [])

  const audit = auditLog({ ledger, sinks: [sqliteAudit(file)] })
  const stages: readonly Middleware[] = [
    audit,
    authVirtualKey({ directory, masterKey: MASTER_KEY }),
    tierCheck({
      tiers: {
        default: { models: ['gpt-*', ASKED_MODEL] },
        research: { models: ['*'], approval: 'director' },
      },
    }),
    ...between,
    budgetReserve({
      ledger,
      routes: upstreamRoutes,
      prices: priceBook({ overrides: { [SERVED_MODEL]: PRICE } }),
    }),
    usageReconcile({ ledger }),
    providerFailover({ routes: upstreamRoutes }),
  ]

  await serveTarget({
    authorization: `Bearer ${secret}`,
    handler: express()
      .disable('x-powered-by')
      .use('/v1', compose(...stages)),
    async tally() {
      const states = await ledger.read(ORG, ACCOUNTS)
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
}
