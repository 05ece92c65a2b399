import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { amounts, ORG, START_MS } from '../../conformance/ledger/bench.ts'
import type { Ledger, ReserveResult } from '../ledger.ts'
import { resetSqliteClock } from './reset-clock.ts'
import { type SqliteLedgerOptions, sqliteLedger } from './sqlite-ledger.ts'

const folder = mkdtempSync(join(tmpdir(), 'tollgate-ledger-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const freshPath = () => join(folder, `${files++}`, 'books.db')

const budgets = [{ per: 'user', limit_usd: '1.00', period: 'daily' }] as const
const open = (path: string, options: SqliteLedgerOptions = {}): Ledger =>
  sqliteLedger(path, { clock: { now: () => START_MS }, budgets, ...options })

function reserve(ledger: Ledger, id: string, usd = 100_000_000): Promise<ReserveResult> {
  return ledger.reserve({
    org: ORG,
    id,
    path: ['org:acme', 'user:ada'],
    min: amounts(usd),
    want: amounts(usd),
    bound: 'proven',
    ttlMs: 60_000,
    owner: 'me',
    memo: { requestId: 'r', model: 'm', priceVersion: 'v' },
  })
}

const settle = (ledger: Ledger, id: string, usd: number) =>
  ledger.settle({ org: ORG, id, actual: amounts(usd), basis: 'exact' })

async function standing(ledger: Ledger): Promise<number[]> {
  const [state] = await ledger.read(ORG, ['user:ada'])
  return [state!.spent, state!.reserved]
}

/** Do something to the file behind the ledger's back. */
function tamper(path: string, sql: string): void {
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
}

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

describe('a clock that was ahead', () => {
  const DAY_MS = 86_400_000

  it('is told to whoever reserves, and to nobody who ends what is running', async () => {
    const clock = { nowMs: START_MS }
    const ledger = open(freshPath(), { clock: { now: () => clock.nowMs } })
    await reserve(ledger, 'a')
    clock.nowMs -= 60_000
    expect(await reserve(ledger, 'b')).toMatchObject({ status: 'ok' })
    clock.nowMs -= 1
    const [refused, settled] = await Promise.allSettled([reserve(ledger, 'c'), settle(ledger, 'a', 5)])
    expect(refused).toMatchObject({
      reason: {
        message:
          "for the books it is 2026-11-18T12:00:00.000Z, and this machine's clock says 2026-11-18T11:58:59.999Z: nothing is reserved while they are more than a minute ahead of it. Set the clocks right; if one was wrong before and all are right now, `tollgate doctor --reset-clock` lets the books follow",
      },
    })
    expect(settled).toMatchObject({ value: { status: 'settled' } })
    expect(await standing(ledger)).toEqual([5, 100_000_000])
    clock.nowMs += 1
    expect(await reserve(ledger, 'c')).toMatchObject({ status: 'ok' })
    await ledger.close()
  })

  it.each(['normal', 'strict'] as const)(
    'is followed back when an operator says so: %s',
    async (durability) => {
      const path = freshPath()
      const clock = { nowMs: START_MS, now: () => clock.nowMs }
      const ledger = open(path, { clock, durability })
      await reserve(ledger, 'a', 700_000_000)
      clock.nowMs += 30 * DAY_MS
      await reserve(ledger, 'b', 700_000_000)
      clock.nowMs = START_MS + 1000
      await expect(reserve(ledger, 'c')).rejects.toThrow('--reset-clock')
      expect(resetSqliteClock(path, { clock })).toEqual({
        beforeMs: START_MS + 30 * DAY_MS,
        afterMs: START_MS + 1000,
      })
      // In the window of today again, where it stood.
      expect(await reserve(ledger, 'c', 400_000_000)).toMatchObject({
        status: 'denied',
        shortfall: { reserved: 700_000_000, resetAtMs: START_MS + DAY_MS / 2 },
      })
      expect(await reserve(ledger, 'c', 300_000_000)).toMatchObject({ status: 'ok' })
      expect(await settle(ledger, 'b', 5)).toMatchObject({ status: 'settled' })
      await ledger.close()
    },
  )

  it('is not followed ahead', async () => {
    const path = freshPath()
    const ledger = open(path)
    await reserve(ledger, 'a')
    const clock = { now: () => START_MS + DAY_MS }
    expect(resetSqliteClock(path, { clock })).toEqual({ beforeMs: START_MS, afterMs: START_MS })
    await ledger.close()
  })
})

describe('a commit that fails', () => {
  it('rejects all commands of its turn, and leaves the books as they were', async () => {
    const ledger = open(freshPath())
    await reserve(ledger, 'a')
    const { exec } = DatabaseSync.prototype
    vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
      if (sql === 'COMMIT') throw new Error('disk full')
      exec.call(this, sql)
    })
    const replies = await Promise.allSettled([reserve(ledger, 'b'), settle(ledger, 'a', 5)])
    vi.restoreAllMocks()
    expect(replies.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await standing(ledger)).toEqual([0, 100_000_000])
    expect(await reserve(ledger, 'b')).toMatchObject({ status: 'ok', repeat: false })
    expect(await settle(ledger, 'a', 5)).toMatchObject({ status: 'settled' })
    await ledger.close()
  })

  it('may have happened all the same: the same commands again change nothing', async () => {
    const ledger = open(freshPath())
    const { exec } = DatabaseSync.prototype
    vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
      exec.call(this, sql)
      if (sql === 'COMMIT') throw new Error('the answer was lost')
    })
    const first = await Promise.allSettled([
      reserve(ledger, 'a'),
      settle(ledger, 'a', 5),
      reserve(ledger, 'b'),
    ])
    vi.restoreAllMocks()
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(await settle(ledger, 'a', 5)).toMatchObject({ status: 'repeat' })
    expect(await reserve(ledger, 'b')).toMatchObject({ status: 'ok', repeat: true })
    expect(await standing(ledger)).toEqual([5, 100_000_000])
    await ledger.close()
  })
})

describe('two handles on one file', () => {
  it('see each other’s commands at once', async () => {
    const path = freshPath()
    const [here, there] = [open(path), open(path)]
    await reserve(here, 'a', 600_000_000)
    expect(await reserve(there, 'b', 600_000_000)).toMatchObject({
      status: 'denied',
      shortfall: { reason: 'reserved', reserved: 600_000_000 },
    })
    expect(await settle(there, 'a', 100_000_000)).toMatchObject({ status: 'settled' })
    expect(await reserve(here, 'b', 600_000_000)).toMatchObject({ status: 'ok' })
    expect(await here.release(ORG, 'a')).toEqual({ status: 'conflict' })
    await there.provision(ORG, 'user:ada', [])
    expect(here.smallestLimits(ORG, ['user:ada'])).toEqual({ usd: 1_000_000_000 })
    expect(await reserve(here, 'c', 600_000_000)).toMatchObject({ status: 'ok' })
    expect(here.smallestLimits(ORG, ['user:ada'])).toEqual({})
    expect(await standing(here)).toEqual(await standing(there))
    await Promise.all([here.close(), there.close()])
  })

  it('admit together what one alone would have admitted', async () => {
    const path = freshPath()
    const handles = [open(path), open(path), open(path)]
    const replies = await Promise.all(
      Array.from({ length: 900 }, (_, at) => reserve(handles[at % 3]!, `r${at}`)),
    )
    expect(replies.filter(({ status }) => status === 'ok').length).toBe(10)
    for (const handle of handles) expect(await standing(handle)).toEqual([0, 1_000_000_000])
    await Promise.all(handles.map((handle) => handle.close()))
  })

  it('pass neither limit together while they differ about an account’s budgets', async () => {
    const path = freshPath()
    const clock = { nowMs: START_MS }
    const opened = (period: 'daily' | 'weekly') =>
      open(path, { clock: { now: () => clock.nowMs }, budgets: [{ per: 'user', limit_usd: '5.00', period }] })
    const [daily, weekly] = [opened('daily'), opened('weekly')]
    const admitted = async (round: string) => {
      let count = 0
      for (let at = 0; at < 40; at++) {
        const [here, there] = at % 2 === 0 ? [daily, weekly] : [weekly, daily]
        const { status } = await reserve(here, `${round}-${at}`, 1_000_000_000)
        if (status !== 'ok') continue
        count += 1
        if (at % 3 > 0) await settle(there, `${round}-${at}`, 1_000_000_000)
      }
      return count
    }
    expect(await admitted('Wednesday')).toBe(5)
    clock.nowMs += 86_400_000
    // The day is a new one, the week is spent: only the process that has daily budgets admits anything.
    expect((await reserve(weekly, 'weekly', 1)).status).toBe('denied')
    expect(await admitted('Thursday')).toBe(5)
    expect(await standing(daily)).toEqual(await standing(weekly))
    const [state] = await weekly.read(ORG, ['user:ada'])
    expect(state!.budgets).toMatchObject([{ budget: 'usd-week', remaining: -5_000_000_000 }])
    await Promise.all([daily.close(), weekly.close()])
  })

  it('keep what they remember when somebody else writes to other tables of the file, and only then', async () => {
    const path = freshPath()
    const [here, there] = [open(path), open(path)]
    const readsOf = async (id: string) => {
      const get = vi.spyOn(StatementSync.prototype, 'get')
      expect(await reserve(here, id, 1)).toMatchObject({ status: 'ok' })
      const reads = get.mock.calls.length
      get.mockRestore()
      return reads
    }
    await reserve(here, 'a', 1)
    const remembered = await readsOf('b')
    tamper(path, 'CREATE TABLE audit (line TEXT) STRICT')
    expect(await readsOf('c')).toBe(remembered)
    await reserve(there, 'd', 1)
    expect(await readsOf('e')).toBeGreaterThan(remembered)
    await Promise.all([here.close(), there.close()])
  })
})
