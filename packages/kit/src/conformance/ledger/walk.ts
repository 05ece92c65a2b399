import {
  type AccountId,
  type Amounts,
  type Basis,
  METRICS,
  type ReserveResult,
  type Standing,
} from '../../ledger/ledger.ts'
import { amounts, type Bench, type Runner, TTL_MS } from './bench.ts'
import { expectedIn, least, most, type Note, type Notebook, seenIn, standingsOf } from './notebook.ts'
import { type Random, randomFrom } from './random.ts'

/**
 * Random commands, and after each one the whole of the books, as anybody may read them, against a notebook: what every
 * reservation was granted, has consumed and was charged, by the replies alone. That the sums of the notebook are the
 * books says that every counter is the sum of its reservations, that all accounts of a path change together and that a
 * reservation stays in its window; what is denied or granted is checked against the books as they were read just before:
 * no hard limit is passed, and nothing is admitted that the books do not have.
 */

interface Walk extends Notebook {
  readonly bench: Bench
  readonly random: Random
  readonly expect: Runner['expect']
}

const ORG: AccountId = 'org:acme'
const TEAMS: readonly AccountId[] = ['team:a', 'team:b']
const KEYS: readonly AccountId[] = ['key:1', 'key:2', 'key:3']
const ACCOUNTS: readonly AccountId[] = [ORG, ...TEAMS, ...KEYS]
const NOTHING = amounts(0)
const TOMBSTONE_MS = 600_000

export function walkCase(seed: number, steps: number, scale: number) {
  return async (bench: Bench, expect: Runner['expect']): Promise<void> => {
    const limit = (share: number) => Math.floor(4000 * scale * share)
    const budget = { metric: 'usd', timeZone: 'Europe/Berlin', mode: 'hard' } as const
    await bench.ledger.provision(ORG, [{ ...budget, id: 'day', window: 'day', limit: limit(1) }])
    for (const team of TEAMS) {
      await bench.ledger.provision(team, [
        { ...budget, id: 'hour', window: 'hour', limit: limit(0.5) },
        { ...budget, id: 'tokens', metric: 'tokens', window: 'total', limit: 4000 },
      ])
    }
    for (const key of KEYS) {
      await bench.ledger.provision(key, [
        { ...budget, id: 'cap', window: 'week', limit: limit(0.4) },
        { ...budget, id: 'warn', window: 'hour', limit: limit(0.1), mode: 'soft' },
        { ...budget, id: 'requests', metric: 'requests', window: 'hour', limit: 12 },
      ])
    }
    const walk: Walk = { bench, random: randomFrom(seed), expect, notes: [], adjusted: new Map(), books: [] }
    walk.books = await bench.ledger.read(ACCOUNTS)
    for (let step = 0; step < steps; step++) {
      await walk.random.pick(MOVES)(walk, `r${step}`, scale)
      walk.books = await bench.ledger.read(ACCOUNTS)
      expect([step, seenIn(walk)]).toEqual([step, expectedIn(walk)])
    }
    await closeAll(walk)
  }
}

type Move = (walk: Walk, id: string, scale: number) => Promise<void>

const reserve: Move = async (walk, id, scale) => {
  const { bench, random, expect, notes } = walk
  const path = [ORG, random.pick(TEAMS), random.pick(KEYS)]
  const want = amounts(random.int(900 * scale), random.int(500), 1)
  const min = amounts(Math.floor(want.usd * random.pick([0, 0.3, 1])), random.pick([0, want.tokens]), 1)
  const reply = await bench.reserve({ id, path, min, want })
  const hard = standingsOf(walk.books, path).filter(({ budget }) => budget !== 'warn')
  const short = hard.filter(({ metric, remaining }) => min[metric] > 0 && remaining < min[metric])
  if (short.length > 0) return checkDenial(expect, reply, short, min)
  const least = (metric: keyof Amounts) =>
    Math.min(
      want[metric],
      ...hard.filter((line) => line.metric === metric).map(({ remaining }) => Math.max(0, remaining)),
    )
  const granted = amounts(least('usd'), least('tokens'), least('requests'))
  expect(reply).toMatchObject({ status: 'ok', repeat: false, granted })
  const windows = standingsOf(walk.books, path).map(
    (line) => [`${line.account} ${line.budget}`, line.resetAtMs] as const,
  )
  notes.push({
    id,
    path,
    windows: new Map(windows),
    state: 'open',
    dueMs: bench.clock.nowMs + TTL_MS,
    held: granted,
    consumed: NOTHING,
    observed: NOTHING,
    told: NOTHING,
    exact: false,
    charge: NOTHING,
    endedAtMs: 0,
  })
}

function checkDenial(
  expect: Runner['expect'],
  reply: ReserveResult,
  short: readonly Standing[],
  min: Amounts,
): void {
  const spentOut = short.filter((line) => line.limit - (line.spent - line.unconfirmed) < min[line.metric])
  const alike = spentOut.length > 0 ? spentOut : short
  const reason = spentOut.length > 0 ? 'exceeded' : 'reserved'
  const remaining = Math.min(...alike.map((line) => line.remaining))
  const resets = alike.map(({ resetAtMs }) => resetAtMs ?? Infinity)
  const last = Math.max(...resets)
  expect(reply).toMatchObject({
    status: 'denied',
    shortfall: { reason, remaining, resetAtMs: last === Infinity ? null : last },
  })
}

const extend: Move = async ({ bench, random, expect, notes }, _, scale) => {
  const note = pickNote(bench, random, notes)
  if (!note) return
  const want = amounts(Math.min(2 ** 50, note.held.usd + random.int(300 * scale)), note.held.tokens, 1)
  const consumed = amounts(random.int(note.held.usd + 1), 0, 0)
  const reply = await bench.extend({ id: note.id, min: random.pick([note.held, want]), want, consumed })
  if (note.state === 'settled' || note.state === 'released')
    return expect(reply).toEqual({ status: 'finished' })
  if (reply.status !== 'denied')
    expect(reply).toMatchObject({ status: note.state === 'open' ? 'open' : 'revived' })
  note.state = 'open'
  note.dueMs = bench.clock.nowMs + TTL_MS
  note.consumed = most(note.consumed, consumed)
  if ('granted' in reply) note.held = reply.granted
}

const heartbeat: Move = async ({ bench, random, expect, notes }) => {
  const note = pickNote(bench, random, notes)
  if (!note) return
  const observed = amounts(random.int(note.held.usd + 1))
  const reply = await bench.ledger.heartbeat([{ id: note.id, observed }], TTL_MS)
  const alive = note.state === 'open' || note.state === 'expired'
  expect(reply).toEqual({
    notOpen: alive ? [] : [note.id],
    revived: note.state === 'expired' ? [note.id] : [],
  })
  if (!alive) return
  note.state = 'open'
  note.dueMs = bench.clock.nowMs + TTL_MS
  note.observed = most(note.observed, observed)
}

const settle: Move = async ({ bench, random, expect, notes }) => {
  const note = pickNote(bench, random, notes)
  if (!note) return
  const actual = amounts(random.int(note.held.usd + 1), random.int(note.held.tokens + 1), 1)
  const basis = random.pick(['exact', 'exact', 'estimated'] as const)
  const reply = await bench.settle(note.id, actual, basis)
  const status = settleStatus(note, actual, basis)
  expect(reply).toMatchObject({ status })
  if (status === 'repeat' || status === 'conflict') return
  const estimates = note.state === 'settled' && basis === 'estimated'
  note.told = estimates ? most(note.told, actual) : actual
  end(note, bench, 'settled', most(note.told, note.consumed))
  note.exact = basis === 'exact'
}

function settleStatus(note: Note, actual: Amounts, basis: Basis): string {
  if (note.state === 'open') return 'settled'
  if (note.state !== 'settled') return 'late'
  const same = METRICS.every((metric) => actual[metric] === note.told[metric])
  if (note.exact) return basis === 'exact' && !same ? 'conflict' : 'repeat'
  if (basis === 'exact') return 'settled'
  return METRICS.some((metric) => actual[metric] > note.told[metric]) ? 'settled' : 'repeat'
}

function end(note: Note, { clock }: Bench, state: 'settled' | 'released', charge: Amounts): void {
  note.state = state
  note.charge = charge
  note.endedAtMs = clock.nowMs
}

/** Nothing is asked of a reservation whose tombstone may have gone. */
function pickNote({ clock }: Bench, random: Random, notes: readonly Note[]): Note | undefined {
  const answering = notes.filter(
    ({ state, endedAtMs }) =>
      state === 'open' || state === 'expired' || clock.nowMs - endedAtMs < TOMBSTONE_MS,
  )
  return random.pick(answering)
}

const release: Move = async ({ bench, random, expect, notes }) => {
  const note = pickNote(bench, random, notes)
  if (!note) return
  const reply = await bench.ledger.release(note.id)
  const status = { open: 'released', expired: 'released', released: 'repeat', settled: 'conflict' }[
    note.state
  ]
  expect(reply).toEqual({ status })
  if (status !== 'released') return
  end(note, bench, 'released', note.consumed)
}

const expire: Move = async ({ bench, expect, notes }) => {
  const { nowMs } = bench.clock
  const due = notes.filter(({ state, dueMs }) => state === 'open' && dueMs <= nowMs)
  const expired = await bench.ledger.expire(1000)
  expect(expired.map(({ id }) => id).sort()).toEqual(due.map(({ id }) => id).sort())
  for (const note of due) note.state = 'expired'
}

const settleExpired: Move = async ({ bench, random, expect, notes }) => {
  const expired = notes.filter(({ state }) => state === 'expired')
  const to = random.pick(['observed', 'zero'] as const)
  if (random.chance(0.7)) return
  const { settled } = await bench.ledger.settleExpired(to)
  for (const note of expired) {
    note.told = to === 'observed' ? least(note.observed, note.held) : note.consumed
    end(note, bench, 'settled', most(note.consumed, note.told))
    note.exact = false
  }
  const charges = expired.map(({ id, charge }) => [id, charge] as const)
  expect(new Map(settled.map(({ id, charged }) => [id, charged]))).toEqual(new Map(charges))
}

const adjust: Move = async ({ bench, random, expect, adjusted }, id) => {
  const account = random.pick(KEYS)
  const delta = random.int(200) - 100
  expect(await bench.ledger.adjust({ id, account, budget: 'total', delta, reason: 'a walk' })).toEqual({
    status: 'ok',
  })
  adjusted.set(account, (adjusted.get(account) ?? 0) + delta)
}

const wait: Move = async ({ bench, random }) => {
  bench.clock.nowMs += random.pick([1000, TTL_MS, TTL_MS, 20 * 60_000])
}

const MOVES: readonly Move[] = [
  ...Array.from({ length: 7 }, () => reserve),
  ...Array.from({ length: 4 }, () => settle),
  extend,
  extend,
  heartbeat,
  release,
  expire,
  settleExpired,
  adjust,
  wait,
  wait,
]

/** What is open, and nothing else, has a deadline: long after the last of them all of it expires. */
async function closeAll({ bench, expect, notes }: Walk): Promise<void> {
  bench.clock.nowMs += 86_400_000
  const expired = (await bench.ledger.expire(10_000)).map(({ id }) => id)
  const open = notes.filter(({ state }) => state === 'open').map(({ id }) => id)
  expect(expired.sort()).toEqual(open.sort())
}
