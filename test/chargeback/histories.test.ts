import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expiredRecord } from '@tollgate/kit/audit'
import { sqliteAudit } from '@tollgate/kit/audit/sqlite'
import { nanoUsd, uuidv7 } from '@tollgate/kit/core'
import { staticDirectory } from '@tollgate/kit/directory'
import type { AccountId, Amounts, Ledger } from '@tollgate/kit/ledger'
import { initRedisLedger, redisLedger, redisSpend } from '@tollgate/kit/ledger/redis'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { StoreConfig } from '../../packages/gateway/src/config/index.ts'
import { sumOf } from '../../packages/gateway/src/report/chargeback.ts'
import { type Chargebacks, chargebacks } from '../../packages/gateway/src/report/chargebacks.ts'
import type { Charges } from '../../packages/gateway/src/report/charges.ts'
import { monthNamed } from '../../packages/gateway/src/report/month.ts'
import { recordCharges } from '../../packages/gateway/src/report/record-charges.ts'
import { rollupCharges } from '../../packages/gateway/src/report/rollup-charges.ts'
import { auditRecord } from '../support/audit-record.ts'
import { closeAfter } from '../support/close-after.ts'
import { redisServer } from '../support/redis.ts'

const ORG = 'acme'
const DAY_MS = 86_400_000
const START_MS = Date.parse('2026-08-03T09:00:00Z')
const PATHS: readonly (readonly AccountId[])[] = [
  ['org:acme', 'team:red', 'key:ci'],
  ['org:acme', 'team:red', 'project:x', 'key:web'],
  ['org:acme', 'team:blue', 'user:ada', 'key:ada'],
]
const TTL_MS = 60_000

interface Clock {
  nowMs: number
}

/** Books of one kind of store, with the reports that are made of them. */
interface Books {
  readonly ledger: Ledger
  readonly months: Chargebacks
  /** Whether what is adjusted by hand has a line in reports where the operator says whose it is. */
  readonly showsAdjusted: boolean
  /** What a gateway writes down of a call that has ended; a Redis has it in its roll-ups already. */
  note(call: Call, charged: Amounts, endedAtMs: number): Promise<void>
  /** The same of what has expired, and of what an operator has then had settled. */
  noteExpired(...said: Parameters<typeof expiredRecord>): Promise<void>
}

interface Call {
  readonly id: string
  readonly path: readonly AccountId[]
  readonly atMs: number
}

type MakeBooks = (clock: Clock) => Promise<Books>

const people = { directory: staticDirectory([]) as never }
const reportsOf = (store: StoreConfig['store'], charges: Charges) =>
  chargebacks({ config: { store, org: ORG, teams: [] }, charges, directory: people.directory })

let made = 0

/** A file, whose reports are made of its records. */
function files(): MakeBooks {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-chargeback-'))
  closeAfter(async () => rmSync(folder, { recursive: true }))
  return async (clock) => {
    const path = join(folder, `${made++}.db`)
    const ledger = sqliteLedger(path, { clock: { now: () => clock.nowMs } })
    const records = sqliteAudit(path)
    closeAfter(async () => {
      await ledger.close()
      await records.close?.()
    })
    const charges = recordCharges({ records, ledger, org: ORG, timeZone: 'Europe/Berlin' })
    const store = { kind: 'sqlite', path } as StoreConfig['store']
    return {
      ledger,
      months: reportsOf(store, charges),
      showsAdjusted: false,
      async note({ id, path: accounts, atMs }, charged, endedAtMs) {
        const idOf = (kind: string) =>
          accounts.find((each) => each.startsWith(kind))?.slice(kind.length) ?? null
        const to = { team: idOf('team:'), project: idOf('project:'), user: idOf('user:'), key: idOf('key:') }
        await records.write([
          auditRecord({ id, org: ORG, ...to, atMs, endedAtMs, chargedNanoUsd: charged.usd, tags: null }),
        ])
      },
      async noteExpired(...said) {
        await records.write([expiredRecord(...said)])
      },
    }
  }
}

/** A Redis, whose reports are made of what the books roll up by day. */
async function fleets(): Promise<MakeBooks> {
  const server = await redisServer()
  closeAfter(() => server.stop())
  return async (clock) => {
    const prefix = `chargeback${made++}`
    const time = { now: () => clock.nowMs }
    await initRedisLedger(server.url, { prefix, orgs: [ORG], clock: time })
    const ledger = redisLedger(server.url, { prefix, clock: time, deadlineMs: 20_000 })
    const rollups = redisSpend(server.url, { prefix, clock: time })
    closeAfter(async () => {
      await Promise.all([ledger.close(), rollups.close()])
    })
    const store = { kind: 'redis', target: server.url, prefix, shown: 'redis' } as StoreConfig['store']
    return {
      ledger,
      months: reportsOf(store, rollupCharges({ rollups, ledger, org: ORG })),
      showsAdjusted: true,
      note: async () => {},
      noteExpired: async () => {},
    }
  }
}

/** What happens in an organisation: calls that end, late or never, corrections by hand, and months that are closed meanwhile. */
type Event =
  | { readonly kind: 'reserve'; readonly path: number; readonly usd: number }
  | { readonly kind: 'settle'; readonly which: number; readonly usd: number; readonly exact: boolean }
  | { readonly kind: 'release'; readonly which: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'expire' }
  | { readonly kind: 'settleExpired'; readonly to: 'observed' | 'zero' }
  | { readonly kind: 'adjust'; readonly path: number; readonly usd: number; readonly reported: boolean }
  | { readonly kind: 'close' }

const usd = fc.integer({ min: 0, max: 5_000_000_000 })
const which = fc.nat(20)
const path = fc.nat(PATHS.length - 1)
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('reserve' as const), path, usd }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('settle' as const), which, usd, exact: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      // Some seconds, beyond the life of a reservation, or a good part of a month.
      ms: fc.constantFrom(5_000, 2 * TTL_MS, 6 * 3_600_000, 5 * DAY_MS, 13 * DAY_MS),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('settleExpired' as const),
      to: fc.constantFrom('observed' as const, 'zero' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('adjust' as const),
      path,
      usd: fc.integer({ min: -1_000_000, max: 1_000_000 }),
      reported: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('close' as const) }) },
)

const amounts = (nano: number): Amounts => ({ usd: nanoUsd(nano), tokens: 10, requests: 1 })

async function play(books: Books, clock: Clock, events: readonly Event[]): Promise<void> {
  const { ledger, months, showsAdjusted, note, noteExpired } = books
  const told: Told = { unattributed: 0n, closed: new Map() }
  for (const account of new Set(PATHS.flat())) await ledger.provision(ORG, account, [])
  const calls: (Call & { readonly usd: number })[] = []

  async function reserve(at: number, nano: number): Promise<void> {
    const call = { id: uuidv7(clock.nowMs), path: PATHS[at]!, atMs: clock.nowMs, usd: nano }
    const { status } = await ledger.reserve({
      org: ORG,
      id: call.id,
      path: call.path,
      min: amounts(nano),
      want: amounts(nano),
      bound: 'proven',
      ttlMs: TTL_MS,
      owner: 'a',
      memo: { requestId: 'r', model: 'gpt-4o-mini', priceVersion: 'v' },
    })
    expect(status).toBe('ok')
    calls.push(call)
  }

  async function settle(call: Call, nano: number, basis: 'exact' | 'estimated'): Promise<void> {
    const { status } = await ledger.settle({ org: ORG, id: call.id, actual: amounts(nano), basis })
    // Whatever else is answered, the books have not taken it.
    if (status === 'settled' || status === 'late') await note(call, amounts(nano), clock.nowMs)
  }

  const play: {
    readonly [Kind in Event['kind']]: (event: Extract<Event, { kind: Kind }>) => Promise<unknown>
  } = {
    reserve: ({ path, usd }) => reserve(path, usd),
    async settle({ which, usd, exact }) {
      const call = calls[which % Math.max(1, calls.length)]
      if (call) await settle(call, usd, exact ? 'exact' : 'estimated')
    },
    async release({ which }) {
      const call = calls[which % Math.max(1, calls.length)]
      if (!call) return
      const { status } = await ledger.release(ORG, call.id)
      if (status === 'released') await note(call, amounts(0), clock.nowMs)
    },
    async pass({ ms }) {
      clock.nowMs += ms
    },
    async expire() {
      for (const expired of await ledger.expire()) await noteExpired(expired)
    },
    async settleExpired({ to }) {
      const { settled } = await ledger.settleExpired(to, { org: ORG })
      for (const one of settled) await noteExpired(one, { settledAtMs: clock.nowMs })
    },
    async adjust({ path, usd, reported }) {
      const accounts = PATHS[path]!
      const shown = { charge: { path: accounts, amounts: { usd, tokens: 0, requests: 0 } } }
      for (const account of accounts) {
        const charge = reported && account === 'org:acme' ? shown : {}
        const command = { org: ORG, id: uuidv7(clock.nowMs), account, budget: 'total', delta: usd }
        await ledger.adjust({ ...command, reason: 'a test', ...charge })
      }
      if (!(reported && showsAdjusted)) told.unattributed += BigInt(usd)
    },
    async close() {
      const month = await firstOpen(months, clock)
      if (month) await months.close(month, clock.nowMs)
    },
  }
  for (const each of events) {
    await play[each.kind](each as never)
    if (each.kind === 'close') await expectWhole(months, clock, told)
  }
  await expectWhole(months, clock, told)
}

/** What is known of the reports from elsewhere. */
interface Told {
  /** Adjusted by hand, and of nobody in particular. */
  unattributed: bigint
  /** Closed months as they were found first. */
  readonly closed: Map<string, unknown>
}

/** The months of the test up to the one behind that of now: what came after all that are closed stands there. */
function monthsUntil({ nowMs }: Clock, timeZone: string) {
  const names: string[] = []
  for (let at = START_MS; names.length < 20; at += 28 * DAY_MS) {
    const name = new Date(at).toISOString().slice(0, 7)
    if (!names.includes(name)) names.push(name)
    if (at > nowMs + 31 * DAY_MS) break
  }
  return names.map((name) => monthNamed(name, timeZone)!)
}

async function firstOpen(months: Chargebacks, clock: Clock) {
  for (const month of monthsUntil(clock, months.charges.timeZone)) {
    if ((await months.of(month)).closedAtMs === undefined)
      return month.endMs <= clock.nowMs ? month : undefined
  }
  return undefined
}

/** The sum of the reports of all months is what the books say, to the nano-dollar. */
async function expectWhole(months: Chargebacks, clock: Clock, told: Told): Promise<void> {
  const reports = await Promise.all(
    monthsUntil(clock, months.charges.timeZone).map((month) => months.of(month)),
  )
  // Before anything is known of anybody, each month is the first of all.
  const open = reports.filter(({ isFirstOpen }) => isFirstOpen)
  const counted = open.length > 1 ? reports.slice(0, 1) : reports
  const lines = counted.flatMap((report) => report.lines)
  expect(sumOf(lines)).toBe(await months.charges.booked())
  // Were it not so, whatever is lost on the way would stand there, and the sum be right all the same.
  expect(sumOf(lines.filter(({ kind }) => kind === 'unattributed'))).toBe(told.unattributed)
  for (const { name, closedAtMs, lines } of reports) {
    if (closedAtMs === undefined) continue
    expect(lines).toEqual(told.closed.get(name) ?? lines)
    told.closed.set(name, lines)
  }
}

const STORES: Readonly<Record<string, () => MakeBooks | Promise<MakeBooks>>> = {
  'a file': files,
  'a Redis': fleets,
}

it.each(Object.entries(STORES))(
  'in %s the months sum up to the books after every step, whatever ends late, never, or by hand',
  async (_, open) => {
    const make = await open()
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 8, maxLength: 30 }), async (events) => {
        const clock = { nowMs: START_MS }
        await play(await make(clock), clock, events)
      }),
      { numRuns: 20, seed: 7 },
    )
  },
  120_000,
)
