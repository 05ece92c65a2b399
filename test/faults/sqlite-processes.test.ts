import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { afterAll, expect, it } from 'vitest'
import { type Random, randomFrom } from '../../packages/kit/src/conformance/ledger/random.ts'

const CHILD = join(import.meta.dirname, 'sqlite-race-child.ts')
const PATH = ['org:acme', 'team:m', 'key:k'] as const
const LIMIT = 5_000_000_000
const TTL_MS = 120_000
/** Processes at a time, and how many are killed, each to be followed by another. */
const AT_ONCE = 4
const KILLED = 6

const folder = mkdtempSync(join(tmpdir(), 'tollgate-race-'))
const children = new Set<ChildProcess>()
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** What processes have said was acknowledged: amounts in nano-USD by reservation. */
interface Told {
  readonly reserved: Map<string, number>
  readonly settled: Map<string, number>
  readonly released: Map<string, number>
}

interface Race {
  readonly path: string
  readonly durability: 'normal' | 'strict'
  readonly told: Told
}

/** Run one process to its end; or kill it, after so many lines or when it has nothing left to do. */
async function run({ path, durability, told }: Race, name: string, killAfter: number): Promise<void> {
  const child = spawn(process.execPath, [CHILD, path, durability, name], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.add(child)
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
  let left = killAfter
  for await (const line of createInterface({ input: child.stdout })) {
    const [what = '', id = '', amount = '0'] = line.split(' ')
    left -= 1
    if (what !== 'done') told[what as keyof Told].set(id, Number(amount))
    if (left === 0 || (what === 'done' && left > 0 && left < Infinity)) child.kill('SIGKILL')
    if (what === 'done' && killAfter === Infinity) child.stdin.end()
  }
  const end = await ended
  children.delete(child)
  expect(end).toBe(killAfter === Infinity ? 0 : 'SIGKILL')
}

/** As many processes as run at once; who is killed, each at a random instant of its own, is followed by another. */
async function race(about: Race, random: Random): Promise<string[]> {
  const killed: string[] = []
  let named = 0
  async function lane(): Promise<void> {
    while (killed.length < KILLED) {
      const name = `killed-${named++}`
      killed.push(name)
      await run(about, name, 1 + random.int(600))
    }
    await run(about, `survivor-${named++}`, Infinity)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return killed
}

/** Look at the budget all the time, and note the most that was ever charged and held together. */
function watch(ledger: Ledger): { stop(): Promise<number> } {
  let most = 0
  let watching = true
  async function look(): Promise<number> {
    while (watching) {
      const [key] = await ledger.read('acme', ['key:k'])
      most = Math.max(most, key!.budgets[0]!.spent + key!.budgets[0]!.reserved)
    }
    return most
  }
  const looked = look()
  return {
    stop() {
      watching = false
      return looked
    },
  }
}

/** Read the records themselves, with no code of the ledger's in between. */
function recordsIn(path: string) {
  const db = new DatabaseSync(path, { readOnly: true })
  const sum = (column: string, state: string) =>
    db.prepare(`SELECT coalesce(sum(${column}), 0) AS n FROM reservation WHERE state = ?`).get(state)!
      .n as number
  const rows = db.prepare('SELECT id, state, reserved_usd, settled_usd FROM reservation').all()
  const found = {
    charges: sum('settled_usd', 'settled'),
    open: sum('reserved_usd', 'open'),
    byId: new Map(rows.map((row) => [row.id as string, row])),
  }
  db.close()
  return found
}

it.each(['normal', 'strict'] as const)(
  'processes that race for one budget, some of them killed, neither pass it nor lose a nano-dollar: %s',
  { timeout: 120_000 },
  async (durability) => {
    const path = join(folder, `${durability}.db`)
    const clock = { aheadMs: 0, now: () => Date.now() + clock.aheadMs }
    const ledger = sqliteLedger(path, { clock, busyTimeoutMs: 60_000 })
    for (const account of PATH.slice(0, 2)) await ledger.provision('acme', account, [])
    await ledger.provision('acme', 'key:k', [budgetFrom({ limit_usd: 5, period: 'total' })])

    const told: Told = { reserved: new Map(), settled: new Map(), released: new Map() }
    const watched = watch(ledger)
    const killed = await race({ path, durability, told }, randomFrom(durability.length))
    const most = await watched.stop()
    expect(most).toBeLessThanOrEqual(LIMIT)
    // It was a race to the end: nothing was left but what somebody gave back when all others had gone.
    expect(most).toBeGreaterThan(LIMIT - 10_000_000)

    const { charges, open, byId } = recordsIn(path)
    for (const [id, amount] of told.reserved) expect(byId.get(id)).toMatchObject({ reserved_usd: amount })
    for (const [id, cost] of told.settled) {
      expect(byId.get(id)).toMatchObject({ state: 'settled', settled_usd: cost })
    }
    for (const id of told.released.keys()) expect(byId.get(id)).toMatchObject({ state: 'released' })
    for (const state of await ledger.read('acme', PATH)) {
      expect(state).toMatchObject({ spent: charges, reserved: open, unconfirmed: 0 })
    }

    // Whoever was killed has left behind what it held to the end, and nobody else has left anything.
    clock.aheadMs = TTL_MS
    const expired = await ledger.expire(100_000)
    const owners = new Set(expired.map(({ owner }) => owner))
    expect(owners).toEqual(new Set(killed.filter((name) => told.reserved.has(`${name}-held`))))
    expect(owners.size).toBeGreaterThan(0)
    expect(expired.reduce((sum, { charged }) => sum + charged.usd, 0)).toBe(open)
    for (const state of await ledger.read('acme', PATH)) {
      expect(state).toMatchObject({ spent: charges + open, reserved: 0, unconfirmed: open })
    }
    expect(charges + open).toBeLessThanOrEqual(LIMIT)
    await ledger.close()
  },
)
