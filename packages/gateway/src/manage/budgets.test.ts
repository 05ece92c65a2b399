import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@tollgate/kit/core'
import type { Ledger } from '@tollgate/kit/ledger'
import { expect, it, onTestFinished } from 'vitest'
import { configWith, hasher, keyedBooks, perDay } from '../../../../test/support/keyed-books.ts'
import type { Config } from '../config/index.ts'
import { provisionStated } from '../store/provision-stated.ts'
import { setBudgets } from './budgets.ts'

it('a file that comes to state an account while somebody sets its budgets has the last word', async () => {
  const { ledger, directory, limitOf } = await keyedBooks(0)
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-budgets-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const more = {
    file: 'tollgate.yaml',
    timeZone: 'UTC',
    store: { kind: 'sqlite', path: join(folder, 'notes.db') },
  }
  const blue = { id: 'blue', budgets: [perDay(1)] }
  const [before, after] = [{}, { teams: [blue] }].map(
    (stated): Config => ({
      ...configWith([], stated),
      ...(more as object),
    }),
  ) as [Config, Config]
  await directory.records.put({ kind: 'team', org: 'acme', id: 'blue', value: {} }, { by: 'admin' })
  let running = before
  const reloading: Ledger = {
    ...ledger,
    async provision(org, account, budgets) {
      // The file is followed right before what was asked for is written.
      if (running === before) {
        running = after
        await provisionStated(after, {
          ledger,
          directory: { ...directory, records: { ...directory.records } },
        })
      }
      return ledger.provision(org, account, budgets)
    },
  }
  const manage = {
    org: 'acme',
    directory,
    ledger: reloading,
    hasher: () => hasher,
    config: () => running,
    clock: systemClock,
  }
  const setting = setBudgets(manage, { by: 'admin' }, { account: 'team:blue' }, [
    { limit_usd: 1_000, period: 'daily' },
  ])
  await expect(setting).rejects.toMatchObject({ code: 'read_only' })
  expect(await limitOf('team:blue')).toEqual([[1]])
})
