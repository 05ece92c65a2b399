import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { amounts, ORG, START_MS } from '../../conformance/ledger/bench.ts'
import { budgetFrom } from '../budget-entry.ts'
import type { Ledger, ReserveResult } from '../ledger.ts'
import { type SqliteLedgerOptions, sqliteLedger } from './sqlite-ledger.ts'

const folder = mkdtempSync(join(tmpdir(), 'tollgate-ledger-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const freshPath = () => join(folder, `${files++}.db`)

const open = (path: string, options: SqliteLedgerOptions = {}): Ledger =>
  sqliteLedger(path, { clock: { now: () => START_MS }, durability: 'strict', ...options })

const limit = (limit_usd: number) => [budgetFrom({ limit_usd, period: 'daily' })]

function reserve(ledger: Ledger, id: string, tags: object = {}): Promise<ReserveResult> {
  return ledger.reserve({
    org: ORG,
    id,
    path: ['user:ada'],
    min: amounts(100_000_000),
    want: amounts(100_000_000),
    bound: 'proven',
    ttlMs: 60_000,
    owner: 'me',
    memo: { requestId: 'r', model: 'm', priceVersion: 'v', tags: tags as Record<string, string> },
  })
}

describe('books on a thread of their own', () => {
  it('say the smallest limits at once, as they were when the last command was answered', async () => {
    const path = freshPath()
    const [here, there] = [open(path), open(path, { durability: 'normal' })]
    const smallest = () => here.smallestLimits(ORG, ['user:ada'])
    expect(smallest()).toEqual({})
    await here.provision(ORG, 'user:ada', limit(3))
    expect(smallest()).toEqual({ usd: 3_000_000_000 })
    const changing = here.provision(ORG, 'user:ada', limit(2))
    expect(smallest()).toEqual({ usd: 3_000_000_000 })
    await changing
    expect(smallest()).toEqual({ usd: 2_000_000_000 })
    await there.provision(ORG, 'user:ada', limit(1))
    expect(await reserve(here, 'a')).toMatchObject({ tightest: { limit: 1_000_000_000 } })
    expect(smallest()).toEqual({ usd: 1_000_000_000 })
    await Promise.all([here.close(), there.close()])
  })

  it('answer each of many commands of one turn, beyond what one message holds, in order', async () => {
    const ledger = open(freshPath())
    await ledger.provision(ORG, 'user:ada', limit(100))
    const ids = Array.from({ length: 1200 }, (_, at) => `${at}`)
    const answered: string[] = []
    await Promise.all(
      ids.map(async (id) => {
        expect(await reserve(ledger, id)).toMatchObject({ status: Number(id) < 1000 ? 'ok' : 'denied' })
        answered.push(id)
      }),
    )
    expect(answered).toEqual(ids)
    await ledger.close()
  })

  it('refuse a command that cannot be sent to a thread, and no other of its turn', async () => {
    const ledger = open(freshPath())
    const [before, wrong, after] = await Promise.allSettled([
      reserve(ledger, 'before'),
      reserve(ledger, 'wrong', { feature: () => 'search' }),
      reserve(ledger, 'after'),
    ])
    expect(before).toMatchObject({ value: { status: 'ok', repeat: false } })
    expect(wrong).toMatchObject({ reason: { name: 'DataCloneError' } })
    expect(after).toMatchObject({ value: { status: 'ok', repeat: false } })
    expect(await ledger.read(ORG, ['user:ada'])).toMatchObject([{ reserved: 200_000_000 }])
    await ledger.close()
  })

  it('fail at once when the file cannot be opened', () => {
    const path = freshPath()
    writeFileSync(path, 'not a database at all, but long enough to be read as a header of one by mistake')
    expect(() => open(path)).toThrow('not a database')
  })

  it('are closed once, however often that is asked, and answer nothing afterwards', async () => {
    const ledger = open(freshPath())
    const last = reserve(ledger, 'a')
    await Promise.all([ledger.close(), ledger.close()])
    expect(await last).toMatchObject({ status: 'ok' })
    await ledger.close()
    await expect(reserve(ledger, 'b')).rejects.toThrow('the ledger is closed')
  })

  it('are kept in memory, where there is no disk to wait for, without a thread', async () => {
    const ledger = open(':memory:')
    expect(await reserve(ledger, 'a')).toMatchObject({ status: 'ok' })
    await ledger.close()
  })
})
