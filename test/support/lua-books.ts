import { hash } from 'node:crypto'
import { Redis } from 'ioredis'
import { ledgerKeys, type OrgKeys } from '../../packages/kit/src/ledger/redis/keys.ts'
import { adjust } from '../../packages/kit/src/ledger/redis/scripts/adjust.ts'
import { SCRIPTS } from '../../packages/kit/src/ledger/redis/scripts/catalog.ts'
import { expire } from '../../packages/kit/src/ledger/redis/scripts/expire.ts'
import { extend } from '../../packages/kit/src/ledger/redis/scripts/extend.ts'
import { heartbeat } from '../../packages/kit/src/ledger/redis/scripts/heartbeat.ts'
import { init } from '../../packages/kit/src/ledger/redis/scripts/init.ts'
import { type ProvisionReply, provision } from '../../packages/kit/src/ledger/redis/scripts/provision.ts'
import { read } from '../../packages/kit/src/ledger/redis/scripts/read.ts'
import { reassert } from '../../packages/kit/src/ledger/redis/scripts/reassert.ts'
import { recover } from '../../packages/kit/src/ledger/redis/scripts/recover.ts'
import { release } from '../../packages/kit/src/ledger/redis/scripts/release.ts'
import { type ReserveArguments, reserve } from '../../packages/kit/src/ledger/redis/scripts/reserve.ts'
import { encode, type Script } from '../../packages/kit/src/ledger/redis/scripts/script.ts'
import { settle } from '../../packages/kit/src/ledger/redis/scripts/settle.ts'
import { settleExpired } from '../../packages/kit/src/ledger/redis/scripts/settle-expired.ts'
import { windowAt } from '../../packages/kit/src/ledger/windows.ts'
import { redisServer } from './redis/servers.ts'

/** A Wednesday, at noon in UTC. */
export const NOON_MS: number = Date.UTC(2026, 10, 18, 12)
export const HOUR_MS = 3_600_000
export const TTL_MS = 60_000
/** Where the books' arithmetic ends: 2^53 − 2^50. */
export const FULL = 2 ** 53 - 2 ** 50

/** A rule of an account, said in one word: `hard usd day 100`. */
export type RuleText =
  `${'hard' | 'soft' | 'retired'} ${'usd' | 'tokens' | 'requests'} ${'hour' | 'day' | 'total'} ${number}${'' | `+${number}@${number}`}`

const METRIC = { usd: '1', tokens: '2', requests: '3' } as const
const TOTAL: RuleText = `retired usd total ${FULL}`

/** A server for a file of tests; every org on it has books of its own. */
export async function luaServer(): Promise<LuaServer> {
  const server = await redisServer()
  const redis = new Redis(server.port, server.host)
  for (const { lua } of SCRIPTS) await redis.script('LOAD', lua)
  let orgs = 0
  return {
    redis,
    port: server.port,
    async books() {
      const books = luaBooks(redis, ledgerKeys().of(`org-${++orgs}`))
      await books.run(init, { meta: books.keys.meta }, { now: NOON_MS })
      return books
    },
    async stop() {
      redis.disconnect()
      await server.stop()
    },
  }
}

export interface LuaServer {
  readonly redis: Redis
  readonly port: number
  books(): Promise<LuaBooks>
  stop(): Promise<void>
}

export type LuaBooks = ReturnType<typeof luaBooks>

/** The commands of one org's books, with all that a test does not care about filled in, on a clock of the test's. */
function luaBooks(redis: Redis, keys: OrgKeys) {
  const accounts = new Map<string, readonly RuleText[]>()
  const clock = { nowMs: NOON_MS }

  async function run<Keys extends object, Arguments extends object, Reply>(
    script: Script<Keys, Arguments, Reply>,
    scriptKeys: Keys,
    args: Arguments,
  ): Promise<Reply> {
    return (await redis.call('EVALSHA', script.sha1, ...encode(script, scriptKeys, args))) as Reply
  }

  /** What a caller knows of accounts: their rules, numbered; the windows of now and the next, and each rule's place among them. */
  function described(names: readonly string[]) {
    const windows: string[] = []
    const places = new Map<string, number>()
    const shapes = names.map((name) => {
      const rules = [TOTAL, ...(accounts.get(name) ?? [])]
      return rules.map((rule) => shapeOf(rule.split(' '), places, windows)).join('')
    })
    return { shapes, windows }
  }

  function shapeOf([, metric, window]: string[], places: Map<string, number>, windows: string[]): string {
    const digit = METRIC[metric as keyof typeof METRIC]
    if (window === 'total') return `${digit}0`
    if (!places.has(window!))
      places.set(window!, windows.push(windowPair(window as 'hour' | 'day', clock.nowMs)))
    return digit + String.fromCharCode(48 + places.get(window!)!)
  }

  const accountKeys = (path: readonly string[]) => path.map((name) => keys.account(name))
  const rollup = () => keys.rollup(clock.nowMs)

  return {
    keys,
    clock,
    redis,
    run,
    described,
    accounts,
    rulesOf,
    async provision(name: string, rules: readonly RuleText[], more: object = {}): Promise<ProvisionReply> {
      const [seenV, seenLimits] = await redis.hmget(keys.account(name), 'v', 'limits')
      accounts.set(name, rules)
      const { shapes, windows } = described([name])
      return run(
        provision,
        { meta: keys.meta, known: keys.known, account: keys.account(name) },
        {
          ...{ now: clock.nowMs, account: name, seenV: seenV ?? '', seenLimits: seenLimits ?? '' },
          ...{
            ...rulesOf(rules),
            shape: shapes[0]!,
            revision: '',
            auto: '',
            seeds: '',
            at: '',
            windows,
            ...more,
          },
        },
      )
    },
    reserve(
      id: string,
      path: readonly string[],
      min: string,
      want = min,
      more: Partial<ReserveArguments> = {},
    ) {
      const { shapes, windows } = described(path)
      const described5 = path.map((name, at) => ({
        name,
        v: rulesOf(accounts.get(name) ?? []).v,
        shape: shapes[at]!,
        rules: '',
        limits: '',
      }))
      return run(
        reserve,
        {
          ...{
            reservation: keys.reservation(id),
            deadlines: keys.deadlines,
            meta: keys.meta,
            known: keys.known,
          },
          accounts: accountKeys(path),
        },
        {
          ...{ now: clock.nowMs, clock: clock.nowMs, qSeen: 0, qSafe: 0, id, ttl: TTL_MS, min, want },
          ...{ bound: 'proven', observe: '0', fingerprint: `${path} ${min} ${want}`, owner: 'instance/boot' },
          ...{
            path: JSON.stringify(path),
            memo: '{"model":"m"}',
            label: 'team:a,m',
            revision: 0,
            maxAuto: 3,
          },
          ...{ accounts: described5, windows, ...more },
        },
      )
    },
    extend(id: string, path: readonly string[], want: string, more: object = {}) {
      return run(
        extend,
        {
          ...{ reservation: keys.reservation(id), deadlines: keys.deadlines, unconfirmed: keys.unconfirmed },
          ...{ meta: keys.meta, accounts: accountKeys(path) },
        },
        {
          ...{ now: clock.nowMs, qSeen: 0, qSafe: 0, id, path: JSON.stringify(path), ttl: TTL_MS },
          ...{ min: want, want, consumed: '0 0 0', observed: '0 0 0', ...more },
        },
      )
    },
    heartbeat(beats: readonly { id: string; observed: string }[], more: object = {}) {
      return run(
        heartbeat,
        {
          ...{ deadlines: keys.deadlines, meta: keys.meta },
          reservations: beats.map(({ id }) => keys.reservation(id)),
        },
        { now: clock.nowMs, qSeen: 0, ttl: TTL_MS, beats, ...more },
      )
    },
    settle(id: string, path: readonly string[], actual: string, basis = 'exact', more: object = {}) {
      return run(
        settle,
        {
          ...{ reservation: keys.reservation(id), deadlines: keys.deadlines, unconfirmed: keys.unconfirmed },
          ...{ meta: keys.meta, rollup: rollup(), unbooked: keys.unbooked, accounts: accountKeys(path) },
        },
        {
          ...{
            now: clock.nowMs,
            qSeen: 0,
            id,
            path: path.length === 0 ? '' : JSON.stringify(path),
            actual,
            basis,
            age: 0,
          },
          ...{ ttl: '', held: '', shapes: '', windows: '', label: '', alertAt: '', ...more },
        },
      )
    },
    release(id: string, path: readonly string[], more: object = {}) {
      return run(
        release,
        {
          ...{ reservation: keys.reservation(id), deadlines: keys.deadlines, unconfirmed: keys.unconfirmed },
          ...{ meta: keys.meta, rollup: rollup(), accounts: accountKeys(path) },
        },
        { now: clock.nowMs, qSeen: 0, id, path: path.length === 0 ? '' : JSON.stringify(path), ...more },
      )
    },
    expire(id: string, path: readonly string[], more: object = {}) {
      return run(
        expire,
        {
          ...{ reservation: keys.reservation(id), deadlines: keys.deadlines, unconfirmed: keys.unconfirmed },
          ...{ meta: keys.meta, rollup: rollup(), accounts: accountKeys(path) },
        },
        { now: clock.nowMs, qSeen: 0, id, path: JSON.stringify(path), ...more },
      )
    },
    settleExpired(id: string, path: readonly string[], to: 'observed' | 'zero' | 'reserved') {
      return run(
        settleExpired,
        {
          ...{ reservation: keys.reservation(id), unconfirmed: keys.unconfirmed, meta: keys.meta },
          ...{ rollup: rollup(), accounts: accountKeys(path) },
        },
        { now: clock.nowMs, id, path: JSON.stringify(path), to },
      )
    },
    adjust(id: string, name: string, rule: number, delta: number, window = windowPair('day', clock.nowMs)) {
      return run(
        adjust,
        { meta: keys.meta, adjustments: keys.adjustments, account: keys.account(name) },
        {
          ...{ now: clock.nowMs, id, v: rulesOf(accounts.get(name) ?? []).v, rule, delta },
          ...{ note: 'invoice', window: rule === 0 ? '' : window },
        },
      )
    },
    recover(more: object = {}) {
      const args = { now: clock.nowMs, qSeen: 0, qSafe: 0, confirmed: '0', pause: 2500, ...more }
      return run(recover, { meta: keys.meta }, args)
    },
    reassert(id: string, path: readonly string[], held: string, more: object = {}) {
      const { shapes, windows } = described(path)
      const own = windows.map((pair) => pair.split(' ').slice(0, 3).join(' ')).join(';')
      return run(
        reassert,
        {
          ...{ reservation: keys.reservation(id), deadlines: keys.deadlines, unconfirmed: keys.unconfirmed },
          ...{ meta: keys.meta, accounts: accountKeys(path) },
        },
        {
          ...{ now: clock.nowMs, id, path: JSON.stringify(path), ttl: TTL_MS, held, consumed: '0 0 0' },
          ...{ observed: '0 0 0', shapes: shapes.join(' '), windows: own, bound: 'proven', observe: '0' },
          ...{
            fingerprint: 'f',
            owner: 'instance/boot',
            memo: '{}',
            label: 'team:a,m',
            reservedAt: clock.nowMs,
            age: 0,
          },
          ...more,
        },
      )
    },
    read(names: readonly string[]) {
      const { shapes, windows } = described(names)
      const seen = names.map((name, at) => ({ v: rulesOf(accounts.get(name) ?? []).v, shape: shapes[at]! }))
      return run(
        read,
        { meta: keys.meta, accounts: accountKeys(names) },
        { now: clock.nowMs, accounts: seen, windows },
      )
    },
    /** `settled reserved unconfirmed overdraft` of one rule, in its window of now. */
    async counter(name: string, rule: number): Promise<string> {
      const reply = await this.read([name])
      if (reply[0] !== 'ok' || reply[1][0]![0] !== 'ok')
        throw new Error(`no counter: ${JSON.stringify(reply)}`)
      return reply[1][0]![2 + rule]!
    },
    /** The same of any counter that the account keeps, also in windows that have ended. */
    async keptCounter(name: string, field: string): Promise<string> {
      const kept = (await redis.hgetBuffer(keys.account(name), field))!
      return [0, 8, 16, 24].map((at) => kept.readDoubleBE(at)).join(' ')
    },
    /** The books as they are, to be put back later: as a replica that lags, or a backup, would have them. */
    async save(): Promise<readonly [string, Buffer, number][]> {
      const names = await redis.keys(`${keys.meta.slice(0, -4)}*`)
      return Promise.all(
        names.map(
          async (key) => [key, (await redis.dumpBuffer(key))!, Math.max(0, await redis.pttl(key))] as const,
        ),
      ) as Promise<[string, Buffer, number][]>
    },
    async load(saved: readonly [string, Buffer, number][]): Promise<void> {
      await redis.del(...(await redis.keys(`${keys.meta.slice(0, -4)}*`)))
      for (const [key, value, ttl] of saved) await redis.restore(key, ttl, value)
    },
    /** The amounts of every day and label. */
    async rollups(): Promise<string[]> {
      const days = await redis.keys(`${keys.meta.slice(0, -4)}spend:*`)
      return (await Promise.all(days.map((day) => redis.hvals(day)))).flat()
    },
    /** Everything that the org has in Redis, for comparing. */
    async dump(): Promise<Record<string, unknown>> {
      const found: Record<string, unknown> = {}
      for (const key of (await redis.keys(`${keys.meta.slice(0, -4)}*`)).sort()) {
        if ((await redis.type(key)) === 'hash') found[key] = textOf(await redis.hgetallBuffer(key))
        else found[key] = await redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
      }
      return found
    },
  }
}

/** Counters are bytes: as text each byte is a character, so that no two of them look the same. */
function textOf(hash: Record<string, Buffer>): Record<string, string> {
  return Object.fromEntries(Object.entries(hash).map(([field, value]) => [field, value.toString('latin1')]))
}

/** As much of a reply as is said of it; what is said of a list is said of its beginning. */
export function startOf(reply: unknown, like: unknown): unknown {
  if (!Array.isArray(reply) || !Array.isArray(like)) return reply
  return reply.slice(0, like.length).map((value, at) => startOf(value, like[at]))
}

/** `id start end` of the window that contains a time, and of the next. */
export function windowPair(window: 'hour' | 'day', nowMs: number): string {
  const now = windowAt(nowMs, window, 'UTC')
  const next = windowAt(now.endMs, window, 'UTC')
  return `${now.id} ${now.startMs} ${now.endMs} ${next.id} ${next.startMs} ${next.endMs}`
}

/** The texts that an account is provisioned with. */
export function rulesOf(budgets: readonly RuleText[]): { v: string; rules: string; limits: string } {
  const rules = [TOTAL, ...budgets]
  const text = JSON.stringify(rules.map((rule) => rule.split(' ').slice(1, 3)))
  const limits = rules.map((rule) => rule[0] + rule.split(' ')[3]!).join(' ')
  return { v: hash('sha1', text).slice(0, 12), rules: text, limits }
}
