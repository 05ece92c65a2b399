import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessDesk } from '@tollgate/kit/access'
import { nanoUsd } from '@tollgate/kit/core'
import { sqliteDirectory } from '@tollgate/kit/directory/sqlite'
import { budgetFrom } from '@tollgate/kit/ledger'
import { memoryLedger } from '@tollgate/testing'
import { expect, it, onTestFinished } from 'vitest'
import type { GrantEnd } from '../alerts/alert.ts'
import { grantAlert } from '../alerts/alert.ts'
import { grantEndsOnce } from '../alerts/grant-ends.ts'
import { keepGrants } from './keep-grants.ts'

const ORG = 'acme'
const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2026, 10, 18)

it('writes raises down when one gives way to another, and tells of ends before and after', async () => {
  const clock = { nowMs: START_MS, now: () => clock.nowMs }
  const directory = sqliteDirectory(':memory:', { clock })
  const ledger = memoryLedger({ clock })
  await ledger.provision(ORG, 'team:a', [budgetFrom({ limit_usd: '10', period: 'daily' })])
  const desk = accessDesk({ records: directory.records, ledger, clock })
  const give = async (id: string, usd: number, lastsMs: number) => {
    const raise = { nanoUsd: nanoUsd(usd * 1e9) }
    await desk.ask({ org: ORG, id, account: 'team:a', by: { user: 'ada' }, raise, reason: 'r', lastsMs })
    await desk.approve({ org: ORG, id, by: { admin: true } })
  }
  await give('short', 5, HOUR_MS)
  await give('long', 2, 2 * HOUR_MS)

  const told: GrantEnd[] = []
  const waiting: { readonly run: () => void; readonly atMs: number }[] = []
  const timers = {
    setTimeout: (run: () => void, delayMs: number) => waiting.push({ run, atMs: clock.nowMs + delayMs }),
    clearTimeout: () => void waiting.splice(0),
  }
  const close = await keepGrants({
    org: ORG,
    desk,
    directory,
    clock,
    timers,
    onEnd: (end) => void told.push(end),
    onFault: (error) => {
      throw error
    },
  })
  onTestFinished(async () => {
    await close()
    await Promise.all([directory.close(), ledger.close()])
  })
  const limit = async () => (await ledger.read(ORG, ['team:a']))[0]!.budgets[0]!.limit / 1e9
  /** Let time pass, with every look that is due meanwhile. */
  const until = async (atMs: number) => {
    for (let due = waiting[0]; due && due.atMs <= atMs; due = waiting[0]) {
      clock.nowMs = due.atMs
      waiting.splice(0)
      due.run()
      await expect.poll(() => waiting.length).toBe(1)
    }
    clock.nowMs = atMs
  }

  expect(await limit()).toBe(17)
  await until(START_MS + HOUR_MS - 1)
  expect(await limit()).toBe(12)
  expect(told.map(({ id, state }) => [id, state])).toEqual([['short', 'ending']])
  await until(START_MS + HOUR_MS)
  expect(await limit()).toBe(12)
  await until(START_MS + 2 * HOUR_MS)
  expect(await limit()).toBe(10)
  expect(told.map(({ id, state }) => [id, state])).toEqual([
    ['short', 'ending'],
    ['short', 'ended'],
    ['long', 'ending'],
    ['long', 'ended'],
  ])
  expect(grantAlert(told[1]!).text).toBe('The grant short of team a has ended: +$5.00 on usd-day.')
})

it('tells of what ended while nobody looked, as long as that is not long ago', async () => {
  const clock = { nowMs: START_MS, now: () => clock.nowMs }
  const grantOf = (id: string, untilMs: number) => {
    const value = {
      account: 'team:a',
      approvedBy: 'admin',
      reason: 'r',
      fromMs: START_MS,
      untilMs,
      request: id,
    }
    return {
      kind: 'grant' as const,
      org: ORG,
      id,
      revision: 1,
      owner: 'directory' as const,
      changedAtMs: START_MS,
      value,
    }
  }
  const ended = [grantOf('missed', START_MS + 5 * HOUR_MS), grantOf('old', START_MS + 2 * HOUR_MS)]
  clock.nowMs = START_MS + 5 * HOUR_MS + 60_000
  const told: string[] = []
  const close = await keepGrants({
    org: ORG,
    clock,
    timers: { setTimeout: () => 0, clearTimeout: () => {} },
    desk: { mend: async () => {}, grants: async () => ended },
    directory: { watch: () => () => {} },
    onEnd: ({ id, state }) => void told.push(`${id} ${state}`),
    onFault: (error) => {
      throw error
    },
  })
  await close()
  expect(told).toEqual(['missed ended'])
})

it('of several gateways on the same books one tells of an end, and none where that cannot be put down', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-grants-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const config = { org: ORG, store: { kind: 'sqlite' as const, path: join(folder, 'tollgate.db') } }
  const told: string[] = []
  const gateways = ['a', 'b', 'c'].map((name) =>
    grantEndsOnce(config, ({ id, state }) => void told.push(`${id} ${state}, by ${name}`)),
  )
  const grant = { account: 'team:a', approvedBy: 'admin', reason: 'r', fromMs: 0, untilMs: HOUR_MS }
  for (const state of ['ending', 'ended'] as const)
    await Promise.all(gateways.map((tell) => tell({ org: ORG, id: 'g1', grant, state })))
  expect(told.map((text) => text.slice(0, text.indexOf(',')))).toEqual(['g1 ending', 'g1 ended'])
  const nowhere = { ...config, store: { ...config.store, path: join(folder, 'none', 'tollgate.db') } }
  await expect(
    grantEndsOnce(nowhere, () => {})({ org: ORG, id: 'g2', grant, state: 'ended' }),
  ).rejects.toThrow()
})
