import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Worker, WorkerOptions } from 'node:worker_threads'
import { type Amounts, budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { SLOW_DISK, type SlowDisk, slowDisk, turns, turnsUntil } from './slow-disk.ts'

/**
 * The disk is slow on every thread that the ledger starts, and would be on the event loop's own, where each sync that
 * would have stopped it is counted. Nothing here looks at a clock: what counts is what went on while a sync did not end.
 */

const threads = vi.hoisted(() => ({ started: [] as Worker[], beforeStart: () => {} }))
vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>()
  class SlowThread extends real.Worker {
    constructor(program: string, options: WorkerOptions) {
      threads.beforeStart()
      super(program, { ...options, execArgv: ['--require', SLOW_DISK] })
      threads.started.push(this)
    }
  }
  return { ...real, Worker: SlowThread }
})

let disk: SlowDisk
const folder = mkdtempSync(join(tmpdir(), 'tollgate-slow-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const freshPath = () => join(folder, `${files++}.db`)
beforeEach(() => {
  disk = slowDisk()
  threads.started = []
  threads.beforeStart = () => {}
})

const amounts = (usd: number) => ({ usd, tokens: 0, requests: 0 }) as Amounts
const settle = (ledger: Ledger, id: string) =>
  ledger.settle({ org: 'acme', id, actual: amounts(4), basis: 'exact' })
const reserve = (ledger: Ledger, id: string) =>
  ledger.reserve({
    org: 'acme',
    id,
    path: ['key:k'],
    min: amounts(10),
    want: amounts(10),
    bound: 'proven',
    ttlMs: 60_000,
    owner: 'me',
    memo: { requestId: id, model: 'm', priceVersion: 'v' },
  })

async function open(path: string, durability: 'normal' | 'strict'): Promise<Ledger> {
  const ledger = sqliteLedger(path, { durability })
  await ledger.provision('acme', 'key:k', [budgetFrom({ limit_usd: 1, period: 'total' })])
  return ledger
}

/** Note, of commands that have been given, which are answered, in the order in which they are. */
function answersOf(given: Readonly<Record<string, Promise<unknown>>>): string[] {
  const answered: string[] = []
  for (const [name, reply] of Object.entries(given)) void reply.then(() => answered.push(name))
  return answered
}

describe('with durability: strict', () => {
  it('the event loop turns while the disk syncs, and nothing is answered before it has', async () => {
    const ledger = await open(freshPath(), 'strict')
    disk.stop()
    const before = disk.begun()
    const given = { a: reserve(ledger, 'a') }
    const answered = answersOf(given)
    await turnsUntil(() => disk.begun() > before)

    await turns(1000)
    expect(ledger.smallestLimits('acme', ['key:k'])).toEqual({ usd: 1_000_000_000 })
    expect(answered).toEqual([])

    disk.allow()
    expect(await given.a).toMatchObject({ status: 'ok' })
    expect(disk.onTheLoop()).toBe(0)
    await ledger.close()
  })

  it('what is asked during a sync is one transaction, with one sync, however many turns it took', async () => {
    const ledger = await open(freshPath(), 'strict')
    disk.stop()
    const before = disk.begun()
    const given: Record<string, Promise<unknown>> = { first: reserve(ledger, 'first') }
    await turnsUntil(() => disk.begun() > before)
    for (let at = 0; at < 100; at++) {
      given[`${at}`] = reserve(ledger, `${at}`)
      await turns(1)
    }
    const answered = answersOf(given)
    disk.allow()
    await Promise.all(Object.values(given))
    expect(answered.toSorted()).toEqual(Object.keys(given).toSorted())
    expect(answered[0]).toBe('first')
    expect(disk.begun() - before).toBe(2)
    await ledger.close()
  })

  it('at 8 ms a sync, the loop goes on during each of them', async () => {
    const ledger = await open(freshPath(), 'strict')
    const before = disk.begun()
    let turnsDuringSyncs = 0
    let done = false
    const turning = turnsUntil(() => {
      if (disk.begun() > disk.ended()) turnsDuringSyncs += 1
      return done
    })
    for (let at = 0; at < 25; at++) {
      await reserve(ledger, `${at}`)
      await settle(ledger, `${at}`)
    }
    done = true
    await turning
    const syncs = disk.begun() - before
    expect(syncs).toBeGreaterThanOrEqual(50)
    expect(turnsDuringSyncs).toBeGreaterThan(syncs)
    expect(disk.onTheLoop()).toBe(0)
    expect(await ledger.read('acme', ['key:k'])).toMatchObject([{ spent: 100, reserved: 0 }])
    await ledger.close()
  })

  it('close waits for what has been asked, and for the disk', async () => {
    const path = freshPath()
    const ledger = await open(path, 'strict')
    disk.stop()
    const given = { a: reserve(ledger, 'a'), b: settle(ledger, 'a'), close: ledger.close() }
    const answered = answersOf(given)
    await turns(100)
    expect(answered).toEqual([])
    disk.allow()
    await given.close
    expect(answered).toEqual(['a', 'b', 'close'])
    await expect(reserve(ledger, 'late')).rejects.toThrow('the ledger is closed')
    const again = sqliteLedger(path)
    expect(await again.read('acme', ['key:k'])).toMatchObject([{ spent: 4, reserved: 0 }])
    await again.close()
  })
})

describe('when the thread dies', () => {
  it('what was under way is rejected, its effect unknown, and so is whatever comes later', async () => {
    const path = freshPath()
    const ledger = await open(path, 'strict')
    await reserve(ledger, 'before')
    disk.stop()
    const before = disk.begun()
    const underWay = reserve(ledger, 'under way')
    await turnsUntil(() => disk.begun() > before)
    const gathered = settle(ledger, 'before')
    await threads.started[0]!.terminate()
    const died = /thread has died \(exit 1\): what was under way may have happened or not/
    await expect(underWay).rejects.toThrow(died)
    await expect(gathered).rejects.toThrow(died)
    await expect(reserve(ledger, 'later')).rejects.toThrow(died)
    expect(ledger.smallestLimits('acme', ['key:k'])).toEqual({ usd: 1_000_000_000 })
    await ledger.close()

    disk.allow()
    const again = await open(path, 'strict')
    expect(await settle(again, 'before')).toMatchObject({ status: 'settled' })
    expect(await again.release('acme', 'under way')).toMatchObject({ status: 'tombstoned' })
    expect(await again.read('acme', ['key:k'])).toMatchObject([{ spent: 4, reserved: 0 }])
    await again.close()
  })

  it('the reason is told: somebody else has opened the file with a newer Tollgate, for instance', async () => {
    const path = freshPath()
    threads.beforeStart = () => {
      const db = new DatabaseSync(path)
      db.exec('UPDATE meta SET layout = 9')
      db.close()
    }
    const ledger = sqliteLedger(path, { durability: 'strict' })
    await expect(reserve(ledger, 'a')).rejects.toThrow('the ledger has layout 9')
    await ledger.close()
  })
})

describe('with durability: normal', () => {
  it('a checkpoint stops neither the event loop nor, until the log starts over, a command', async () => {
    const ledger = await open(freshPath(), 'normal')
    disk.stop()
    let asked = 0
    while (disk.begun() === 0) {
      const ids = Array.from({ length: 400 }, () => `${asked++}`)
      await Promise.all(ids.map((id) => reserve(ledger, id)))
      await Promise.all(ids.map((id) => settle(ledger, id)))
    }
    // The first checkpoint is waiting for the disk: commands go on.
    for (let at = 0; at < 50; at++) expect(await reserve(ledger, `on ${at}`)).toMatchObject({ status: 'ok' })
    expect(disk.ended()).toBe(0)

    // The second one, for which commands are held back: they wait, the loop does not.
    disk.allow(1)
    await turnsUntil(() => disk.begun() === 2)
    const given = { a: reserve(ledger, 'a'), b: settle(ledger, 'a'), c: reserve(ledger, 'c') }
    const answered = answersOf(given)
    await turns(1000)
    expect(answered).toEqual([])

    disk.allow()
    await Promise.all(Object.values(given))
    expect(answered).toEqual(['a', 'b', 'c'])
    expect(disk.onTheLoop()).toBe(0)
    await ledger.close()
  })
})
