import {
  budgetReserve,
  compose,
  identify,
  providerFailover,
  sqliteLedger,
  tierCheck,
  tollgateErrors,
  usageReconcile,
} from '@tollgate/kit'
import type { Ledger } from '@tollgate/kit/ledger'
import type { Routes } from '@tollgate/kit/wire'
import express, { type Express } from 'express'
import { promptGuard } from './prompt-guard.ts'

export const openLedger = (file: string): Ledger =>
  sqliteLedger(file, { budgets: [{ per: 'team', limit_usd: '1.00', period: 'daily' }] })

const tiers = {
  everyday: { models: ['gpt-4o-mini'], approval: 'none' },
  frontier: { models: ['*'], approval: 'head-of-research' },
}

const tierOfTeam: Readonly<Record<string, keyof typeof tiers>> = { support: 'everyday', research: 'frontier' }

export interface AppOptions {
  readonly ledger: Ledger
  readonly routes: Routes
  readonly log?: (line: string) => void
}

/**
 * The order that this team wants: prompts are guarded before anything is reserved for them, and the budget is asked
 * before the tier, so that whoever has nothing left is told that first. What a later stage refuses is given back.
 */
export function createApp({ ledger, routes, log = () => {} }: AppOptions): Express {
  return express()
    .use(
      '/v1',
      compose(
        identify((req) => ({ team: req.headers['x-team']?.toString() })),
        promptGuard({ maxCharacters: 500, exempt: ['research'], log }),
        budgetReserve({ ledger, routes }),
        tierCheck({ tiers, tierOf: ({ team = '' }) => tierOfTeam[team] }),
        usageReconcile({ ledger }),
        providerFailover({ routes }),
      ),
    )
    .use(tollgateErrors())
}
