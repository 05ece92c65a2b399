import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '../../core/clock.ts'
import { uuidv7 } from '../../core/ids.ts'
import { nanoUsd } from '../../core/money.ts'
import type { AccountId, Amounts, Ledger } from '../ledger.ts'
import { type AsideOptions, aside } from './aside.ts'
import type { Finding } from './checks.ts'
import type { RedisTarget } from './connection.ts'
import { initRedisLedger } from './init.ts'
import { redisLedger } from './redis-ledger.ts'
import { dropUnbooked } from './scripts/drop-unbooked.ts'
import { resetClock } from './scripts/reset-clock.ts'

const ORG = 'probe'
const KEY: AccountId = 'key:probe'
const TTL_MS = 1000
const HOUR_MS = 3_600_000

const upTo = (usd: number): Amounts => ({ usd: nanoUsd(usd), tokens: usd, requests: 1 })

/**
 * Run every script of the ledger once, on books of their own beside the real ones, and clear them away: what a user may
 * not do here, or a server does not know, is found before a request depends on it.
 *
 * @returns the first thing that failed; nothing when all is well.
 */
export async function probeRedis(
  target: RedisTarget,
  { prefix = 'tg', deadlineMs = 5000 }: AsideOptions = {},
): Promise<readonly Finding[]> {
  const scratch = `${prefix}:probe-${randomUUID().slice(0, 8)}`
  const ids = [uuidv7(), uuidv7(), uuidv7()] as const
  const { keys, ask, call, close } = aside(target, { prefix: scratch, deadlineMs })
  const own = keys.of(ORG)
  const laterClock: Clock = { now: () => systemClock.now() + HOUR_MS }
  const ledger = redisLedger(target, { prefix: scratch, deadlineMs })
  // Nobody waits for a reservation to expire: an hour later it has.
  const later = redisLedger(target, { prefix: scratch, deadlineMs, clock: laterClock })
  try {
    for (const [step, run] of stepsOn(ledger, later, ids, {
      init: () => initRedisLedger(target, { orgs: [ORG], prefix: scratch, deadlineMs }),
      resetClock: () => ask(resetClock, { meta: own.meta }, { now: '', clock: systemClock.now() }),
      dropUnbooked: () =>
        ask(dropUnbooked, { unbooked: own.unbooked, meta: own.meta }, { id: ids[0], kept: '' }),
      failOver: () => call('HSET', own.meta, 'rid', 'another server', 't', 0),
    })) {
      const failure = await failureOf(run)
      if (failure)
        return [{ check: 'scripts', level: 'refuse', text: `The ledger cannot ${step} here: ${failure}.` }]
    }
    return []
  } finally {
    const { meta, deadlines, unconfirmed, known, adjustments, unbooked } = own
    const rollups = [systemClock, laterClock].map((clock) => own.rollup(clock.now()))
    const left = [meta, deadlines, unconfirmed, known, adjustments, unbooked, ...rollups]
    await failureOf(() => call('DEL', ...left, own.account(KEY), ...ids.map(own.reservation)))
    await failureOf(() => call('DEL', keys.orgs))
    await Promise.all([ledger.close(), later.close(), close()])
  }
}

interface Beside {
  readonly init: () => Promise<unknown>
  readonly resetClock: () => Promise<unknown>
  readonly dropUnbooked: () => Promise<unknown>
  readonly failOver: () => Promise<unknown>
}

type Step = readonly [what: string, run: () => Promise<unknown>]

/** In this order each finds what it needs, and no script of the ledger is left out. */
function stepsOn(
  ledger: Ledger,
  later: Ledger,
  [first, second, third]: readonly [string, string, string],
  { init, resetClock, dropUnbooked, failOver }: Beside,
): readonly Step[] {
  const reserve = (id: string) =>
    ledger.reserve({
      org: ORG,
      id,
      path: [KEY],
      min: upTo(1),
      want: upTo(1),
      bound: 'proven',
      ttlMs: TTL_MS,
      owner: ORG,
      memo: { requestId: id, model: ORG, priceVersion: ORG },
    })
  const beat = { id: first, observed: upTo(1) }
  const more = { org: ORG, id: first, min: upTo(2), want: upTo(2), consumed: upTo(0), ttlMs: TTL_MS }
  const change = { org: ORG, id: first, account: KEY, budget: 'total', delta: 1, reason: ORG }
  return [
    ['open books', init],
    ['make an account', () => ledger.provision(ORG, KEY, [])],
    ['reserve', () => Promise.all([first, second].map(reserve))],
    ['extend a reservation', () => ledger.extend(more)],
    ['adjust an account', () => ledger.adjust(change)],
    ['reset its clock', resetClock],
    ['notice a fail-over', failOver],
    ['recover from a fail-over', () => ledger.heartbeat(ORG, [beat], TTL_MS)],
    ['settle', () => ledger.settle({ org: ORG, id: first, actual: upTo(1), basis: 'exact' })],
    ['release', () => ledger.release(ORG, third)],
    ['expire a reservation', () => later.expire()],
    ['list what has expired', () => later.expired({ org: ORG })],
    ['settle what has expired', () => later.settleExpired('zero', { org: ORG })],
    ['take from the list of what is unbooked', dropUnbooked],
    ['read accounts', () => ledger.read(ORG, [KEY])],
  ]
}

async function failureOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
