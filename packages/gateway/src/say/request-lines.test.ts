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
    model: 'm',
    ending: 'finished',
    status: 200,
    inputTokens: null,
    outputTokens: null,
    basis: 'exact',
    latencyMs: 1,
    reservedNanoUsd: 1,
    ...fields,
  }) as unknown as AuditRecord

it('counts back what was left after each request of a batch', async () => {
  const ledger = memoryLedger()
  onTestFinished(() => ledger.close())
  await ledger.provision('org:o', [budgetFrom({ limit_usd: 100, period: 'daily' })])
  await ledger.provision('key:k', [budgetFrom({ limit_usd: 5, period: 'daily' })])
  await ledger.adjust({
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
