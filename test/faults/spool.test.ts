import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { governedFetch } from '@tollgate/kit/client'
import { type Ledger, spooled } from '@tollgate/kit/ledger'
import { initRedisLedger, redisLedger } from '@tollgate/kit/ledger/redis'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { gate, memoryLedger, simulatedProvider } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { redisWithAof, until } from '../support/redis.ts'

const CALLS = 20
const CHILD = join(import.meta.dirname, 'spool-child.ts')

/** Books that can be taken away, and brought back. */
interface Books {
  /** Where a process finds them. */
  readonly store: string
  away(): Promise<void> | void
  back(): Promise<void> | void
  open(): Ledger
}

async function redisBooks(
  outage: (server: Awaited<ReturnType<typeof redisWithAof>>) => Pick<Books, 'away' | 'back'>,
): Promise<Books> {
  const server = await redisWithAof('always')
  closeAfter(() => server.stop())
  await initRedisLedger(server.url, { orgs: ['default'] })
  return { store: server.url, ...outage(server), open: () => redisLedger(server.url) }
}

async function lockedFile(): Promise<Books> {
  const store = join(newFolder(), 'tollgate.db')
  await sqliteLedger(store).close()
  const holder = new DatabaseSync(store)
  closeAfter(async () => holder.close())
  return {
    store,
    away: () => holder.exec('BEGIN IMMEDIATE'),
    back: () => holder.exec('ROLLBACK'),
    open: () => sqliteLedger(store),
  }
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-spool-'))
  closeAfter(async () => rmSync(folder, { recursive: true }))
  return folder
}

const OUTAGES: Readonly<Record<string, () => Promise<Books>>> = {
  'a Redis that is killed, and started again from its log': () =>
    redisBooks((server) => ({ away: () => server.kill(), back: () => server.restart() })),
  'a Redis that stands still, and takes what it was sent when it goes on': () =>
    redisBooks((server) => ({ away: () => server.pause(), back: () => server.resume() })),
  'an SQLite file that another process has locked': lockedFile,
}

/** @see PAINS P21: LiteLLM #35531, #33872, #38157: what was spent while the store was away, and then the process died. */
describe('P21: no spend is lost with the store and then the process', () => {
  it.each(Object.entries(OUTAGES))('%s', async (_, make) => {
    const books = await make()
    const folder = newFolder()
    const door = gate()
    const provider = await simulatedProvider({ behave: () => ({ hold: door }) })
    closeAfter(() => provider.close())

    const child = spawn(process.execPath, [CHILD, books.store, folder, provider.url, String(CALLS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    closeAfter(async () => void child.kill('SIGKILL'))
    const said = once(child.stdout, 'data') as Promise<[Buffer]>

    // Every call is at the provider, so reserved and unsettled, when the books go away. The answers come afterwards.
    await provider.waitFor(({ totals }) => totals().requests === CALLS)
    await books.away()
    door.open()
    expect(Number((await said)[0])).toBe(CALLS)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(readdirSync(folder)).toHaveLength(1)
    await books.back()

    const ledger = spooled(books.open(), { folder })
    closeAfter(() => ledger.close())
    expect(ledger.spool.standing()).toMatchObject({ queued: CALLS })
    expect(await ledger.spool.flush(30_000)).toBe(true)
    expect(ledger.spool.standing()).toMatchObject({ queued: 0, dropped: 0, replayed: CALLS })
    expect(readdirSync(folder)).toEqual([])

    const { nanoUsd, reached } = provider.totals()
    expect(reached).toBe(CALLS)
    const [ada] = await ledger.read('default', ['user:ada'])
    expect(ada).toMatchObject({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
  })
})

/** No service has to know of spools: stages and governed fetches bring one in memory to a ledger that has none. */
describe('a ledger without a spool', () => {
  it.each(['does not get there', 'loses its answer'])('is told again of a settle that %s', async (what) => {
    const { provider, books, call } = await service(({ settle }) => ({
      settle: failingOnce(settle, what),
    }))
    expect((await call()).status).toBe(200)
    const ada = await until('the books have it', async () => {
      const state = await books.adas()
      return state?.reserved === 0 && state
    })
    expect(ada).toMatchObject({ spent: provider.totals().nanoUsd, unconfirmed: 0 })
  })

  it('is told again that what it did not answer is released: the request was refused, and nothing stays held', async () => {
    const { provider, books, call } = await service(({ reserve, release }) => ({
      reserve: failingOnce(reserve, 'loses its answer'),
      release: failingOnce(release, 'does not get there'),
    }))
    expect((await call()).status).toBe(503)
    expect(provider.totals().requests).toBe(0)
    const ada = await until('nothing is held', async () => {
      const state = await books.adas()
      return state?.reserved === 0 && state
    })
    expect(ada).toMatchObject({ spent: 0, unconfirmed: 0 })
  })
})

type Command = (...args: never[]) => Promise<unknown>

function failingOnce<Failing extends Command>(command: Failing, what: string): Failing {
  let failed = false
  const faulty = async (...args: never[]) => {
    if (failed) return command(...args)
    failed = true
    if (what === 'loses its answer') await command(...args)
    throw new Error(`it ${what}`)
  }
  return faulty as Failing
}

/** A caller of a simulated provider, on books some of whose commands fail. */
async function service(faults: (ledger: Ledger) => Partial<Ledger>) {
  const provider = await simulatedProvider()
  closeAfter(() => provider.close())
  const ledger = memoryLedger()
  closeAfter(() => ledger.close())
  const faulty: Ledger = { ...ledger, ...faults(ledger) }
  const paid = governedFetch({ ledger: faulty, principal: { user: 'ada' } })
  const body = JSON.stringify({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Once more, please.' }],
  })
  return {
    provider,
    books: { adas: async () => (await ledger.read('default', ['user:ada']))[0] },
    call: () => paid(`${provider.url}/chat/completions`, { method: 'POST', body }),
  }
}
