import { beforeEach, onTestFinished } from 'vitest'
import type { Ask } from '../../packages/kit/src/access/ask.ts'
import { type AccessDesk, accessDesk } from '../../packages/kit/src/access/desk.ts'
import type { Clock } from '../../packages/kit/src/core/clock.ts'
import { type NanoUsd, nanoUsd, usdToNano } from '../../packages/kit/src/core/money.ts'
import type { Directory } from '../../packages/kit/src/directory/directory.ts'
import type { Role } from '../../packages/kit/src/directory/records.ts'
import { sqliteDirectory } from '../../packages/kit/src/directory/sqlite/index.ts'
import { budgetFrom } from '../../packages/kit/src/ledger/budget-entry.ts'
import type { Ledger } from '../../packages/kit/src/ledger/ledger.ts'
import { sqliteLedger } from '../../packages/kit/src/ledger/sqlite/index.ts'

export const org = 'acme'
export const HOUR_MS = 3_600_000
export const START_MS = Date.UTC(2026, 10, 18, 12)
export const usd = (amount: string): NanoUsd => nanoUsd(usdToNano(amount))

const KEYS: Readonly<Record<string, { team?: string; user?: string }>> = {
  'adas-laptop': { team: 'marketing', user: 'ada' },
  ci: { team: 'marketing' },
}

/** Who there is: ada and bob in marketing, which lea leads; dee is a director, root an administrator, vic looks on. */
export const PEOPLE: Readonly<Record<string, { team?: string; role?: Role }>> = {
  ada: { team: 'marketing' },
  bob: { team: 'marketing' },
  lea: { team: 'marketing', role: 'team-lead' },
  leo: { team: 'search', role: 'team-lead' },
  dee: { role: 'director' },
  root: { role: 'admin' },
  vic: { role: 'viewer' },
}

const TIERS = {
  default: { models: ['gpt-4o-mini'], approval: 'none' },
  project: { models: ['gpt-4o', 'claude-sonnet-*'], approval: 'team-lead' },
  experimental: { models: ['*'], approval: 'director' },
  sealed: { models: ['o9'], approval: 'admin' },
} as const

export const clock: Clock & { nowMs: number } = { nowMs: START_MS, now: () => clock.nowMs }
/** As each test finds them: {@link openedAnew}. */
export let directory: Directory
export let ledger: Ledger
export let desk: AccessDesk

/** Open the stores of the desk before each test of a file. */
export function openedAnew(): void {
  beforeEach(open)
}

async function open(): Promise<void> {
  clock.nowMs = START_MS
  directory = sqliteDirectory(':memory:', { clock })
  ledger = sqliteLedger(':memory:', { clock, budgets: [{ per: 'user', limit_usd: '5.00', period: 'daily' }] })
  onTestFinished(() => Promise.all([directory.close(), ledger.close()]).then(() => {}))
  const { records } = directory
  const put = (kind: 'user' | 'team' | 'tier', id: string, value: object) =>
    records.put({ kind, org, id, value: value as never }, { by: 'test' })
  for (const [id, user] of Object.entries(PEOPLE)) await put('user', id, user)
  await put('team', 'marketing', { leads: ['lea'] })
  await put('team', 'search', { leads: ['leo'] })
  for (const [rank, [id, tier]] of Object.entries(TIERS).entries()) await put('tier', id, { rank, ...tier })
  await ledger.provision(org, 'team:marketing', [budgetFrom({ limit_usd: '500', period: 'daily' })])
  await ledger.provision(org, 'key:ci', [
    budgetFrom({ limit_usd: '1', period: 'daily' }),
    budgetFrom({ limit_usd: '10', period: 'monthly' }),
  ])
  desk = deskOn({})
}

/** The same desk, on stores of which something fails. */
export const deskOn = (faults: {
  ledger?: Partial<Ledger>
  records?: Partial<Directory['records']>
}): AccessDesk =>
  accessDesk({
    records: { ...directory.records, ...faults.records },
    ledger: { ...ledger, ...faults.ledger },
    keyOwner: (_org, id) => KEYS[id],
    clock,
  })

export const asks = (ask: Partial<Ask>): Ask => ({
  org,
  id: 'r1',
  account: 'user:ada',
  by: { user: 'ada' },
  reason: 'launch week',
  lastsMs: HOUR_MS,
  ...ask,
})

/** The limit of an account's first budget. */
export const daily = async (account: 'team:marketing' | 'key:ci' | 'user:ada'): Promise<number | undefined> =>
  (await ledger.read(org, [account]))[0]!.budgets[0]?.limit
