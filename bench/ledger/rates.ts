import type { AccountId } from '@tollgate/kit/ledger'
import { markdownTable } from '../markdown.ts'
import { quantile, spread } from '../statistics.ts'
import { provisionedPath } from './accounts.ts'
import { expectStatus, reserveOn, settleOf } from './commands.ts'
import { servePart } from './part.ts'
import { redisStore, type Store, sqliteStore } from './stores.ts'

/** How long a reserve takes at rates far from saturation, on a path of three accounts with two budgets each. */
const PER_SECOND = [500, 2000] as const
const ACCOUNTS = 3
const ROUNDS = 5
const MS = 1500
const WARM_UP_MS = 2000

interface Row {
  readonly store: Store
  readonly perSecond: number
  readonly rounds: Quantiles[]
}

interface Quantiles {
  readonly p50: number
  readonly p99: number
}

servePart(async () => {
  const stores = [await redisStore(), sqliteStore()]
  const rows: Row[] = stores.flatMap((store) =>
    PER_SECOND.map((perSecond) => ({ store, perSecond, rounds: [] })),
  )
  const paths = new Map<Store, readonly AccountId[]>()
  for (const store of stores) {
    const path = await provisionedPath(store.ledger, ACCOUNTS)
    paths.set(store, path)
    await atRate(store, path, PER_SECOND[1], WARM_UP_MS)
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { store, perSecond, rounds } of rows) {
      rounds.push(await atRate(store, paths.get(store)!, perSecond, MS))
    }
  }
  for (const { ledger } of stores) await ledger.close()
  return table(rows)
})

/**
 * Requests at fixed times, whatever became of those before; each is settled as soon as it has its reservation. A wait is
 * counted from the time at which the request was due, so that one that stood behind a stall has waited as well. Turns of
 * the event loop are counted rather than slept through: a timer is a millisecond late, which is more than what is measured.
 */
async function atRate(
  { ledger }: Store,
  path: readonly AccountId[],
  perSecond: number,
  ms: number,
): Promise<Quantiles> {
  const total = (perSecond * ms) / 1000
  const waitsMs: number[] = []
  const requests: Promise<void>[] = []
  const startedAtMs = performance.now()
  const request = async (dueMs: number) => {
    const command = reserveOn(path)
    expectStatus('ok', await ledger.reserve(command))
    waitsMs.push(performance.now() - dueMs)
    expectStatus('settled', await ledger.settle(settleOf(command.id)))
  }
  while (requests.length < total) {
    const due = Math.min(total, ((performance.now() - startedAtMs) * perSecond) / 1000)
    while (requests.length < due) requests.push(request(startedAtMs + (requests.length / perSecond) * 1000))
    await new Promise(setImmediate)
  }
  await Promise.all(requests)
  return { p50: quantile(waitsMs, 0.5), p99: quantile(waitsMs, 0.99) }
}

function table(rows: readonly Row[]): string {
  return [
    markdownTable(
      ['ledger', 'requests/s', 'reserve p50, ms', 'reserve p99, ms'],
      rows.map(({ store, perSecond, rounds }) => [
        store.name,
        String(perSecond),
        spread(rounds.map(({ p50 }) => p50)),
        spread(rounds.map(({ p99 }) => p99)),
      ]),
    ),
    '',
    `Open loop, ${ACCOUNTS} accounts × 2 budgets, each request also settled. Medians of ${ROUNDS} interleaved rounds of ${MS / 1000} s (least–greatest).`,
  ].join('\n')
}
