import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { afterAll, expect, it } from 'vitest'

const child = fileURLToPath(new URL('./ledger-kill-child.cjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tollgate-kill-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const RESERVED = 100_000_000
const COST = 30_000_000
const LIMIT = 40_000_000_000
const TTL_MS = 120_000

interface Acknowledged {
  readonly reserved: Set<string>
  readonly settled: Set<string>
}

/** Run a process that reserves and settles as fast as it can, and kill it without warning after so many lines. */
async function runAndKill(path: string, lines: number): Promise<Acknowledged> {
  const acknowledged: Acknowledged = { reserved: new Set(), settled: new Set() }
  const process_ = spawn(process.execPath, [child, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let left = lines
  for await (const line of createInterface({ input: process_.stdout })) {
    const [what, id] = line.split(' ') as [keyof Acknowledged, string]
    acknowledged[what].add(id)
    if (--left === 0) process_.kill('SIGKILL')
  }
  return acknowledged
}

it.each([50, 400, 1500])(
  'kill -9 after %i acknowledgements loses none of them, and charges what was open',
  async (lines) => {
    const path = join(folder, `${lines}.db`)
    const { reserved, settled } = await runAndKill(path, lines)
    expect(reserved.size + settled.size).toBeGreaterThanOrEqual(lines)

    const ledger = sqliteLedger(path, { clock: { now: () => Date.now() + TTL_MS } })
    const expired = await ledger.expire(10_000)
    const [state] = await ledger.read('acme', ['key:k'])
    const unconfirmed = expired.length * RESERVED
    expect(state).toMatchObject({ reserved: 0, unconfirmed })
    expect(state!.budgets).toMatchObject([{ limit: LIMIT, reserved: 0, unconfirmed }])
    expect(state!.spent).toBeLessThanOrEqual(LIMIT)

    // Acknowledged settles stand. An acknowledged reserve was open, or its settle was kept and only the answer was lost.
    const dead = new Set(expired.map(({ id }) => id))
    for (const id of settled) expect(dead.has(id)).toBe(false)
    const actual = { usd: COST, tokens: 10, requests: 1 } as Parameters<typeof ledger.settle>[0]['actual']
    for (const id of reserved) {
      const status = dead.has(id) ? 'late' : 'repeat'
      expect(await ledger.settle({ org: 'acme', id, actual, basis: 'exact' })).toMatchObject({ status })
      dead.delete(id)
    }
    // What remains was committed in the last turn, whose answers nobody got: still charged, and for an operator to see.
    const [after] = await ledger.read('acme', ['key:k'])
    expect(after).toMatchObject({ reserved: 0, unconfirmed: dead.size * RESERVED })
    expect((after!.spent - after!.unconfirmed) % COST).toBe(0)
    await ledger.close()
  },
)
