import type { AccountId, Basis, Budget, Ledger } from '@tollgate/kit/ledger'
import { initRedisLedger, redisLedger, redisSpend, redisUnbooked } from '@tollgate/kit/ledger/redis'
import { type RedisServer, until } from '../support/redis.ts'
import { cents, ORG, reserving } from '../support/redis-books.ts'

/** Of a reservation without a heartbeat, and after which the books have settled down from a takeover, ms. */
const TTL_MS = 60_000
const SETTLED_MS = 4500

const CAP: Budget = {
  id: 'cap',
  metric: 'usd',
  window: 'day',
  timeZone: 'UTC',
  limit: 1000 * 10_000_000,
  mode: 'hard',
} as const
const KEY: AccountId = 'key:k1'
export const USERS: readonly AccountId[] = ['user:ada', 'user:bob']
export const PATHS: readonly (readonly AccountId[])[] = [
  ['org:acme', KEY],
  ['org:acme', USERS[0]!],
  ['org:acme', USERS[1]!, KEY],
]
/** Budgets that the key may be given; each takes the place of those before it. */
export const BUDGETS: readonly (readonly Budget[])[] = [
  [CAP],
  [{ ...CAP, id: 'month', window: 'month' }],
  [CAP, { ...CAP, id: 'all', window: 'total', mode: 'soft' }],
]

/** What a request of a gateway has come to: cents, once it has ended. */
interface Call {
  readonly by: number
  readonly path: readonly AccountId[]
  readonly cost?: number
  readonly basis?: Basis
}

/** Two gateways on books whose server forgets, and what the provider has really billed. */
export interface LossyBooks {
  reserve(by: number, path: readonly AccountId[]): Promise<void>
  extend(which: number): Promise<void>
  end(which: number, cost: number, basis: Basis): Promise<void>
  release(which: number): Promise<void>
  /** A settle of which no reservation was ever known. */
  stray(by: number): Promise<void>
  provision(by: number, budgets: readonly Budget[]): Promise<void>
  /** The key's account is thrown away, and made again by a gateway or by nobody. */
  evict(by: number | undefined): Promise<void>
  pass(ms: number): Promise<void>
  save(): Promise<void>
  /** What was not saved is gone: after a restart, or without a word. */
  lose(aloud: boolean): Promise<void>
  /** End all that is open; what the books say, and what they should, in cents. */
  close(): Promise<{ readonly said: Sums; readonly really: Sums }>
}

export interface Sums {
  readonly spent: number
  readonly rolledUp: number
  readonly users: readonly number[]
  /** Of any account, and in any of its budgets. */
  readonly held: readonly number[]
}

export async function lossyBooks(server: RedisServer): Promise<LossyBooks> {
  await server.call('flushall')
  const clock = { nowMs: Date.UTC(2026, 10, 18, 12), now: () => clock.nowMs }
  await initRedisLedger(server.url, { orgs: [ORG], clock })
  const open = (): Ledger =>
    redisLedger(server.url, {
      clock,
      deadlineMs: 20_000,
      budgets: [{ per: 'user', limit_usd: '1000', period: 'daily' }],
    })
  const gateways = [open(), open()]
  await gateways[0]!.provision(ORG, 'org:acme', [])
  await gateways[0]!.provision(ORG, KEY, [CAP])
  await server.call('save')
  const running = new Map<string, Call>()
  const ended = new Map<string, Call>()
  /** What the books have not taken yet, as a spool keeps it. */
  const untaken: string[] = []
  let calls = 0

  async function beat(): Promise<void> {
    for (const [by, gateway] of gateways.entries()) {
      const own = [...running].filter(([, call]) => call.by === by)
      const beats = own.map(([id]) => ({ id, observed: cents(1) }))
      await gateway.heartbeat(ORG, beats, TTL_MS)
    }
  }

  async function pass(ms: number): Promise<void> {
    clock.nowMs += ms
    await beat()
  }

  const nth = (which: number) => [...running.keys()][which % Math.max(1, running.size)]

  async function tell(id: string): Promise<void> {
    const { by, cost, basis } = ended.get(id)!
    const told = basis
      ? gateways[by]!.settle({ org: ORG, id, actual: cents(cost!), basis })
      : gateways[by]!.release(ORG, id)
    await told.catch(() => untaken.push(id))
  }

  async function finish(id: string | undefined, outcome: Partial<Call>): Promise<void> {
    const call = id === undefined ? undefined : (running.get(id) ?? ended.get(id))
    if (!call) return
    running.delete(id!)
    ended.set(id!, { ...call, ...outcome })
    await tell(id!)
  }

  return {
    pass,
    async reserve(by, path) {
      const id = `call ${calls++}`
      const answer = await gateways[by]!.reserve({ ...reserving(id), path }).catch(() => undefined)
      if (answer?.status === 'ok') running.set(id, { by, path })
      else await gateways[by]!.release(ORG, id).catch(() => {})
    },
    async extend(which) {
      const id = nth(which)
      if (id === undefined) return
      const totals = { min: cents(15), want: cents(15), consumed: cents(0), ttlMs: TTL_MS }
      await gateways[running.get(id)!.by]!.extend({ org: ORG, id, ...totals }).catch(() => {})
    },
    async end(which, cost, basis) {
      // Of an estimate the truth comes later: it is a cent more.
      const estimate = [...ended].find(([, call]) => call.basis === 'estimated')
      if (basis === 'exact' && estimate) await finish(estimate[0], { cost: estimate[1].cost! + 1, basis })
      else await finish(nth(which), { cost, basis })
    },
    release: (which) => finish(nth(which), {}),
    async stray(by) {
      const id = `call ${calls++}`
      ended.set(id, { by, path: [], cost: 3, basis: 'exact' })
      await tell(id)
    },
    provision: async (by, budgets) => void (await gateways[by]!.provision(ORG, KEY, budgets)),
    async evict(by) {
      await server.call('del', `tg:1:{${ORG}}:a:${KEY}`)
      if (by !== undefined) await gateways[by]!.provision(ORG, KEY, [CAP])
    },
    save: async () => void (await server.call('save')),
    async lose(aloud) {
      if (aloud) await server.restart()
      else await server.call('debug', 'reload', 'nosave')
      for (const gateway of gateways) await until('it is there', () => gateway.read(ORG, ['org:acme']))
      await pass(SETTLED_MS)
      await pass(SETTLED_MS)
    },
    async close() {
      for (let round = 0; round < 3; round++) await pass(SETTLED_MS)
      for (const id of [...running.keys()]) await finish(id, { cost: 5, basis: 'exact' })
      for (const id of untaken.splice(0)) await tell(id)
      clock.nowMs += TTL_MS
      await gateways[0]!.expire()
      const said = await sumsIn(gateways[0]!, server, clock)
      await Promise.all(gateways.map((gateway) => gateway.close()))
      return { said: said.sums, really: reallyIn(ended, said.unbooked) }
    },
  }
}

async function sumsIn(ledger: Ledger, { url }: RedisServer, clock: { now(): number }) {
  const [unbooked, spend] = [redisUnbooked(url), redisSpend(url, { clock })]
  const kept = await unbooked.list(ORG)
  const days = await spend.daily(ORG)
  await Promise.all([unbooked.close(), spend.close()])
  const states = await ledger.read(ORG, ['org:acme', KEY, ...USERS])
  const sums: Sums = {
    spent: states[0]!.spent / 1e7,
    rolledUp: days.reduce((sum, { charged }) => sum + charged.usd, 0) / 1e7,
    users: states.slice(2).map(({ spent }) => spent / 1e7),
    held: states.flatMap(({ reserved, budgets }) => [reserved, ...budgets.map((budget) => budget.reserved)]),
  }
  return { sums, unbooked: new Set(kept.map(({ id }) => id)) }
}

/** What the books should say, where the list of the unbooked has the rest. */
function reallyIn(ended: ReadonlyMap<string, Call>, unbooked: ReadonlySet<string>): Sums {
  const booked = [...ended].filter(([id]) => !unbooked.has(id)).map(([, call]) => call)
  const sumOf = (calls: readonly Call[]) => calls.reduce((sum, { cost = 0 }) => sum + cost, 0)
  const spent = sumOf(booked)
  const users = USERS.map((user) => sumOf(booked.filter(({ path }) => path.includes(user))))
  return { spent, rolledUp: spent, users, held: [] }
}
