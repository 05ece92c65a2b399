import type { AuditRecord } from '@tollgate/kit/audit'
import { nanoUsd } from '@tollgate/kit/core'
import { budgetFrom } from '@tollgate/kit/ledger'
import { memoryLedger } from '@tollgate/testing'
import { expect, it, onTestFinished } from 'vitest'
import { requestLines } from './request-lines.ts'

const record = (fields: object) =>
  ({
    endedAtMs: 0,
    org: 'o',
    team: null,
    project: null,
    user: null,
    key: 'k',
    decision: 'allowed',
    fault: null,
    wouldRefuse: null,
    attempts: [],
    model: 'm',
    ending: 'finished',
    status: 200,
    inputTokens: null,
    outputTokens: null,
    unit: null,
    unitThousandths: null,
    basis: 'exact',
    latencyMs: 1,
    reservedNanoUsd: 1,
    ...fields,
  }) as unknown as AuditRecord

it('counts back what was left after each request of a batch', async () => {
  const ledger = memoryLedger()
  onTestFinished(() => ledger.close())
  await ledger.provision('o', 'org:o', [budgetFrom({ limit_usd: 100, period: 'daily' })])
  await ledger.provision('o', 'key:k', [budgetFrom({ limit_usd: 5, period: 'daily' })])
  await ledger.adjust({
    org: 'o',
    id: 'spent',
    account: 'key:k',
    budget: 'usd-day',
    delta: nanoUsd(3_000_000_000),
    reason: 'test',
  })
  const lines: string[] = []
  await requestLines((line) => lines.push(line), ledger).write([
    record({ chargedNanoUsd: 1_000_000_000 }),
    record({
      chargedNanoUsd: 0,
      reservedNanoUsd: null,
      decision: 'budget_exceeded',
      basis: null,
      status: 429,
    }),
    record({ chargedNanoUsd: 2_000_000_000 }),
  ])
  expect(lines.map((line) => line.slice(8))).toEqual([
    '  200 k m $1.00 left $4.00 1 ms',
    '  429 k m budget_exceeded 1 ms',
    '  200 k m $2.00 left $2.00 1 ms',
  ])
})

it('reads what each org’s own account of a name has left', async () => {
  const ledger = memoryLedger()
  onTestFinished(() => ledger.close())
  for (const [org, limit_usd] of [['o', 5] as const, ['p', 7] as const]) {
    await ledger.provision(org, 'key:k', [budgetFrom({ limit_usd, period: 'daily' })])
  }
  const lines: string[] = []
  await requestLines((line) => lines.push(line), ledger).write([
    record({ chargedNanoUsd: 1_000_000_000 }),
    record({ chargedNanoUsd: 2_000_000_000, org: 'p' }),
    record({ chargedNanoUsd: 0, org: null, key: null, reservedNanoUsd: null, status: 401 }),
    record({ chargedNanoUsd: 0 }),
  ])
  expect(lines.map((line) => /left (\S+)/.exec(line)?.[1])).toEqual(['$5.00', '$7.00', undefined, '$5.00'])
})
