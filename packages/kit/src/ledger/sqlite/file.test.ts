import { existsSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import {
  freshPath,
  open,
  reserve,
  settle,
  standing,
  tamper,
} from '../../../../../test/support/sqlite-file.ts'
import { amounts, ORG, START_MS } from '../../conformance/ledger/bench.ts'
import { sqliteLedger } from './sqlite-ledger.ts'

describe('the file', () => {
  it('is made with its folder, for its owner only', async () => {
    const path = freshPath()
    const ledger = open(path)
    await reserve(ledger, 'a')
    for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600)
    await ledger.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
  })

  it('is taken up as it is when it was made before there was a place for what repeats are told', async () => {
    const path = freshPath()
    const before = open(path)
    await reserve(before, 'a', 600_000_000)
    await before.close()
    tamper(path, 'ALTER TABLE reservation DROP COLUMN told; ALTER TABLE counter DROP COLUMN heirs')
    const ledger = open(path)
    const command = {
      org: ORG,
      id: 'a',
      actual: amounts(600_000_000),
      basis: 'exact',
      alertAt: [50],
    } as const
    expect(await ledger.settle(command)).toMatchObject({ status: 'settled', crossed: [{ percent: 50 }] })
    expect(await ledger.settle(command)).toMatchObject({ status: 'repeat', crossed: [{ percent: 50 }] })
    await ledger.close()
  })

  it('is refused when it is of another layout, counts in another unit, or is no database', async () => {
    const path = freshPath()
    await open(path).close()
    tamper(path, 'UPDATE meta SET layout = 1')
    expect(() => open(path)).toThrow(
      'the ledger has layout 1, this Tollgate knows layout 2: use the Tollgate that wrote it, or begin new books in another file',
    )
    tamper(path, 'UPDATE meta SET layout = 3')
    expect(() => open(path)).toThrow(
      'the ledger has layout 3, this Tollgate knows layout 2: use the Tollgate that wrote it, or a newer one',
    )
    tamper(path, "UPDATE meta SET layout = 2, unit = 'cents'")
    expect(() => open(path)).toThrow('the ledger counts in cents, this Tollgate in nano-USD')
    tamper(path, 'DELETE FROM meta')
    expect(() => open(path)).toThrow('lost its meta row')
    writeFileSync(path, 'not a database at all, but long enough to be read as a header of one by mistake')
    expect(() => open(path)).toThrow('not a database')
  })

  it('is not given a fresh budget when an account is gone from it', async () => {
    const path = freshPath()
    const ledger = open(path)
    await reserve(ledger, 'a')
    await ledger.close()
    tamper(path, "DELETE FROM account WHERE id = 'user:ada'")
    const again = open(path)
    expect(await reserve(again, 'b')).toEqual({ status: 'no_account', account: 'user:ada', reason: 'gone' })
    await again.provision(ORG, 'user:ada', [])
    expect(await reserve(again, 'b')).toMatchObject({ status: 'ok' })
    expect(await standing(again)).toEqual([0, 200_000_000])
    await again.close()
  })

  it('takes nothing from an account that was made in another’s place, which it never held', async () => {
    const path = freshPath()
    const before = open(path)
    await before.provision(ORG, 'org:acme', [])
    await reserve(before, 'a')
    await before.close()
    for (const table of [
      'counter WHERE rule IN (SELECT rule FROM budget WHERE account',
      'budget WHERE (account',
    ])
      tamper(path, `DELETE FROM ${table} = 'user:ada')`)
    tamper(path, "DELETE FROM account WHERE id = 'user:ada'")
    const ledger = open(path)
    await ledger.provision(ORG, 'user:ada', [])
    expect(await settle(ledger, 'a', 30_000_000)).toMatchObject({ status: 'settled' })
    expect(await standing(ledger)).toEqual([0, 0])
    expect(await ledger.read(ORG, ['org:acme'])).toMatchObject([{ spent: 30_000_000, reserved: 0 }])
    await ledger.close()
  })

  it('gives accounts that nobody provisioned the default budgets of the day, with what they have spent', async () => {
    const path = freshPath()
    const before = open(path)
    await reserve(before, 'a')
    await settle(before, 'a', 70_000_000)
    await before.close()
    const after = open(path, { budgets: [{ per: 'user', limit_usd: '2.00', period: 'weekly' }] })
    const [state] = await after.read(ORG, ['user:ada'])
    expect(state!.budgets).toMatchObject([{ budget: 'usd-week', limit: 2_000_000_000, spent: 70_000_000 }])
    await after.close()
    const looking = sqliteLedger(path)
    expect((await looking.read(ORG, ['user:ada']))[0]!.budgets).toMatchObject([{ budget: 'usd-week' }])
    await looking.close()
    const without = open(path, { budgets: [] })
    expect((await without.read(ORG, ['user:ada']))[0]!.budgets).toEqual([])
    await without.close()
  })

  it('loses no correction, and no counter that one may still change, when old ones are cleared away', async () => {
    const path = freshPath()
    const clock = { nowMs: START_MS }
    const ledger = open(path, { clock: { now: () => clock.nowMs } })
    const counters = () => {
      const db = new DatabaseSync(path)
      const rows = db.prepare("SELECT window FROM counter WHERE window <> 'total' ORDER BY window").all()
      db.close()
      return rows.map(({ window }) => window)
    }
    await reserve(ledger, 'a')
    await reserve(ledger, 'b')
    await settle(ledger, 'b', 1)
    for (let day = 0; day < 20; day++) {
      clock.nowMs += 86_400_000
      await ledger.heartbeat(ORG, [{ id: 'a', observed: amounts(0) }], 86_400_000)
      await ledger.expire()
    }
    expect(counters()).toEqual(['2026-11-18'])
    await settle(ledger, 'a', 5)
    await ledger.expire()
    expect(counters()).toEqual([])
    expect(await standing(ledger)).toEqual([6, 0])
    await ledger.close()
  })

  it('keeps a settle that belongs to no reservation, and its exact amount rather than an estimate', async () => {
    const path = freshPath()
    const ledger = open(path)
    await ledger.settle({ org: ORG, id: 'lost', actual: amounts(7), basis: 'estimated' })
    await ledger.settle({ org: ORG, id: 'lost', actual: amounts(5), basis: 'exact' })
    await ledger.settle({ org: ORG, id: 'lost', actual: amounts(9), basis: 'estimated' })
    await ledger.settle({ org: 'globex', id: 'lost', actual: amounts(3), basis: 'estimated' })
    await ledger.close()
    const db = new DatabaseSync(path)
    const rows = db.prepare('SELECT org, id, usd, basis, at_ms FROM unbooked ORDER BY org').all()
    expect(rows.map((row) => Object.values(row))).toEqual([
      [ORG, 'lost', 5, 'exact', START_MS],
      ['globex', 'lost', 3, 'estimated', START_MS],
    ])
    db.close()
  })

  it('clears closed records away behind any number of open ones', async () => {
    const path = freshPath()
    const clock = { nowMs: START_MS }
    const ledger = open(path, { clock: { now: () => clock.nowMs }, budgets: [] })
    const ids = Array.from({ length: 3000 }, (_, at) => `${at}`)
    await Promise.all(ids.map((id) => reserve(ledger, id)))
    await Promise.all(ids.slice(2500).map((id) => settle(ledger, id, 1)))
    clock.nowMs += 600_000
    await ledger.heartbeat(
      ORG,
      ids.slice(0, 2500).map((id) => ({ id, observed: amounts(0) })),
      60_000,
    )
    for (let call = 0; call < 3; call++) await ledger.expire()
    await ledger.close()
    const db = new DatabaseSync(path)
    expect({ ...db.prepare('SELECT count(*) AS n, max(state) AS state FROM reservation').get() }).toEqual({
      n: 2500,
      state: 'open',
    })
    db.close()
  })

  it('keeps its write-ahead log from growing without end', async () => {
    const path = freshPath()
    const ledger = open(path, { budgets: [] })
    const pairs = async (worker: number) => {
      for (let turn = 0; turn < 500; turn++) {
        const id = `w${worker}-${turn}`
        await reserve(ledger, id)
        await settle(ledger, id, 1)
      }
    }
    const sizes: number[] = []
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 16 }, (_, worker) => pairs(worker * 100 + round)))
      sizes.push(statSync(`${path}-wal`).size)
    }
    // Without checkpoints it would hold three rounds after the third. What the first one left depends on how long the
    // thread took to start.
    expect(sizes[2]!).toBeLessThan(2 * sizes[0]!)
    expect(await standing(ledger)).toEqual([24_000, 0])
    await ledger.close()
  })
})
