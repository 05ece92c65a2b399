import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Timers } from '../core/timers.ts'
import type { AccountId, Amounts, Basis, Ledger } from './ledger.ts'
import { isSpooled, type SpooledLedger, spooled } from './spooled.ts'
import { sqliteLedger } from './sqlite/index.ts'

const home = mkdtempSync(join(tmpdir(), 'tollgate-spooled-'))
afterAll(() => rmSync(home, { recursive: true }))
let folders = 0
const newFolder = () => join(home, String(folders++))

const ORG = 'acme'
const KEY: AccountId = 'key:k'
const costing = (usd: number): Amounts => ({ usd, tokens: 0, requests: 0 }) as Amounts
const settleOf = (id: string, usd: number, basis: Basis = 'exact') => ({
  org: ORG,
  id,
  actual: costing(usd),
  basis,
})

async function openBooks(): Promise<Ledger> {
  const books = sqliteLedger(':memory:')
  await books.provision(ORG, KEY, [])
  return books
}

async function reserve(books: Ledger, id: string): Promise<void> {
  const answer = await books.reserve({
    org: ORG,
    id,
    path: [KEY],
    min: costing(100),
    want: costing(100),
    bound: 'proven',
    ttlMs: 60_000,
    owner: 'a test',
    memo: { requestId: id, model: 'm', priceVersion: '' },
  })
  expect(answer).toMatchObject({ status: 'ok' })
}

async function standing(books: Ledger) {
  const [{ spent, reserved, unconfirmed }] = (await books.read(ORG, [KEY])) as [never]
  return { spent, reserved, unconfirmed }
}

/** `before`: the command does not get there. `after`: it does, and its answer is lost. */
type Fault = 'none' | 'before' | 'after'

/** Books between which and their caller something may go wrong, as told by the next of the faults. */
function behindFaults(books: Ledger, nextFault: () => Fault): Ledger {
  async function through<Answer>(command: () => Promise<Answer>): Promise<Answer> {
    const fault = nextFault()
    if (fault === 'before') throw new Error('it did not get there')
    const answer = await command()
    if (fault === 'after') throw new Error('its answer was lost')
    return answer
  }
  return {
    ...books,
    settle: (command) => through(() => books.settle(command)),
    release: (org, id) => through(() => books.release(org, id)),
  }
}

/** Timers that fire when they are told to. */
function handTimers() {
  const waiting = new Set<() => void>()
  const timers: Timers = {
    setTimeout(callback) {
      waiting.add(callback)
      return callback
    },
    clearTimeout: (handle) => void waiting.delete(handle as () => void),
  }
  /** Let a spool try once more, and wait until it has. */
  async function retry({ spool }: SpooledLedger): Promise<void> {
    const [callback] = waiting
    if (!callback) return
    waiting.delete(callback)
    callback()
    while (waiting.size === 0 && spool.standing().queued > 0) await new Promise(setImmediate)
  }
  return { timers, retry }
}

const silent = { onFault: () => {} }

describe('a spooled ledger', () => {
  it('answers as the ledger does, and rejects what it did not answer', async () => {
    let fault: Fault = 'none'
    const books = await openBooks()
    const ledger = spooled(
      behindFaults(books, () => fault),
      silent,
    )
    expect([isSpooled(books), isSpooled(ledger)]).toEqual([false, true])
    await reserve(ledger, 'a')
    expect(await ledger.settle(settleOf('a', 5))).toEqual({ status: 'settled', overdraft: false })
    expect(await ledger.release(ORG, 'a')).toEqual({ status: 'conflict' })
    await reserve(ledger, 'b')
    fault = 'before'
    await expect(ledger.settle(settleOf('b', 5))).rejects.toThrow('it did not get there')
    expect(await standing(ledger)).toEqual({ spent: 5, reserved: 100, unconfirmed: 0 })
    fault = 'none'
    expect(await ledger.spool.flush(20_000)).toBe(true)
    expect(await standing(ledger)).toEqual({ spent: 10, reserved: 0, unconfirmed: 0 })
    await ledger.close()
  })

  it('corrects what expired meanwhile: charged in full, then at what it cost', async () => {
    const clock = { nowMs: Date.UTC(2026, 10, 21), now: () => clock.nowMs }
    const books = sqliteLedger(':memory:', { clock })
    await books.provision(ORG, KEY, [])
    let fault: Fault = 'before'
    const ledger = spooled(
      behindFaults(books, () => fault),
      silent,
    )
    await reserve(ledger, 'a')
    await expect(ledger.settle(settleOf('a', 5))).rejects.toThrow()
    clock.nowMs += 60_001
    expect(await ledger.expire()).toHaveLength(1)
    expect(await standing(ledger)).toEqual({ spent: 100, reserved: 0, unconfirmed: 100 })
    fault = 'none'
    expect(await ledger.spool.flush(20_000)).toBe(true)
    expect(await standing(ledger)).toEqual({ spent: 5, reserved: 0, unconfirmed: 0 })
    await ledger.close()
  })

  it('tells what is left when it is closed, before the ledger is', async () => {
    let fault: Fault = 'after'
    const path = join(home, 'closing.db')
    const books = sqliteLedger(path)
    await books.provision(ORG, KEY, [])
    const folder = newFolder()
    const ledger = spooled(
      behindFaults(books, () => fault),
      { ...silent, folder },
    )
    await reserve(ledger, 'a')
    await expect(ledger.settle(settleOf('a', 5))).rejects.toThrow()
    expect(readdirSync(folder)).toHaveLength(1)
    fault = 'none'
    await ledger.close()
    expect(readdirSync(folder)).toEqual([])
    await expect(books.read(ORG, [KEY])).rejects.toThrow()
    const again = sqliteLedger(path)
    expect(await standing(again)).toEqual({ spent: 5, reserved: 0, unconfirmed: 0 })
    await again.close()
  })

  it('leaves what it cannot tell to the next process, and says so', async () => {
    const books = await openBooks()
    const folder = newFolder()
    const sentences: string[] = []
    const ledger = spooled(
      behindFaults({ ...books, close: async () => {} }, () => 'before'),
      { folder, closeMs: 0, onFault: (sentence) => sentences.push(sentence) },
    )
    await reserve(ledger, 'a')
    await expect(ledger.settle(settleOf('a', 5))).rejects.toThrow()
    await ledger.close()
    expect(sentences.at(-1)).toContain(`the next process that is given ${folder}`)
    const next = spooled(books, { folder, ...silent })
    expect(next.spool.standing()).toMatchObject({ queued: 1, replayed: 0 })
    expect(await next.spool.flush(20_000)).toBe(true)
    expect(next.spool.standing()).toMatchObject({ queued: 0, replayed: 1 })
    expect(await standing(next)).toEqual({ spent: 5, reserved: 0, unconfirmed: 0 })
    await next.close()
  })

  it('has on file what does not fit into memory, and drops nothing', async () => {
    const books = await openBooks()
    let fault: Fault = 'before'
    const ledger = spooled(
      behindFaults(books, () => fault),
      { folder: newFolder(), maxQueued: 3, ...silent },
    )
    const ids = Array.from({ length: 50 }, (_, at) => `r${at}`)
    for (const id of ids) await reserve(ledger, id)
    await Promise.allSettled(ids.map((id, at) => ledger.settle(settleOf(id, at))))
    expect(ledger.spool.standing()).toMatchObject({ queued: 50, dropped: 0 })
    fault = 'none'
    expect(await ledger.spool.flush(20_000)).toBe(true)
    expect(ledger.spool.standing()).toMatchObject({ queued: 0, dropped: 0, replayed: 50 })
    expect(await standing(ledger)).toEqual({ spent: (50 * 49) / 2, reserved: 0, unconfirmed: 0 })
    await ledger.close()
  })
})

/** What happens next: a closing of one of a process's reservations, an attempt to tell what waits, or kill -9. */
type Step = Closing | { readonly kind: 'retry' | 'kill' }
interface Closing {
  readonly kind: 'exact' | 'estimated' | 'release'
  readonly who: number
  readonly usd: number
}

const WHO = 4
const closing = fc.record({
  kind: fc.constantFrom('exact', 'estimated', 'release'),
  who: fc.nat(WHO - 1),
  usd: fc.nat(150),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: closing },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('retry') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill') }) },
)

/** What a provider says exactly, it says once: of two exact amounts the books keep the first that they hear. */
function close(on: Ledger, id: string, { kind, who, usd }: Closing): Promise<unknown> {
  if (kind === 'release') return on.release(ORG, id)
  return on.settle(kind === 'exact' ? settleOf(id, 10 + who) : settleOf(id, usd, 'estimated'))
}

describe('whatever goes wrong, and whenever the process is killed', () => {
  it('the books end as if nothing had', async () => {
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.array(fc.constantFrom<Fault>('none', 'before', 'after'), { minLength: 1, maxLength: 60 }),
      fc.constantFrom(1, 3, 1_000),
      async (steps, faults, maxQueued) => {
        const [books, spared] = [await openBooks(), await openBooks()]
        const folder = newFolder()
        let told = 0
        const faulty = behindFaults(books, () => faults[told++ % faults.length]!)
        let born = 0
        const start = async () => {
          const hand = handTimers()
          const ledger = spooled(faulty, { folder, maxQueued, timers: hand.timers, ...silent })
          const ids = Array.from({ length: WHO }, (_, at) => `${born}-${at}`)
          born += 1
          for (const id of ids) for (const each of [books, spared]) await reserve(each, id)
          return { ledger, ids, retry: () => hand.retry(ledger) }
        }

        let process_ = await start()
        for (const next of steps) {
          if ('who' in next) {
            const id = process_.ids[next.who]!
            await Promise.allSettled([close(process_.ledger, id, next), close(spared, id, next)])
          } else if (next.kind === 'retry') await process_.retry()
          else process_ = await start()
        }

        const last = spooled(books, { folder, maxQueued, ...silent })
        expect(await last.spool.flush(20_000)).toBe(true)
        expect(last.spool.standing().dropped).toBe(0)
        expect(readdirSync(folder)).toEqual([])
        expect(await standing(books)).toEqual(await standing(spared))
        await Promise.all([books.close(), spared.close()])
      },
    )
    await fc.assert(property, { numRuns: 100 })
  })
})
