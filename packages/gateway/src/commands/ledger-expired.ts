import { expiredRecord } from '@tollgate/kit/audit'
import { nanoToUsd, showUsd } from '@tollgate/kit/core'
import type { ExpiredFilter, ExpiredReservation } from '@tollgate/kit/ledger'
import type { StoreConfig } from '../config/index.ts'
import { table as tableOf } from '../say/table.ts'
import { keptRecords } from '../store/kept-records.ts'
import { recordKeeper } from '../store/record-keeper.ts'
import type { CommandStore } from '../store/store.ts'
import { type Args, type Command, type World, wordOf } from './command.ts'
import { sinceOf } from './since.ts'
import { CONFIG_OPTION, CONFIG_USAGE, withStore } from './with-store.ts'

/** `tollgate ledger expired`: what was charged because nobody ended it, and an operator's word on it. */
export const ledgerExpired: Command = {
  name: 'ledger expired',
  summary: 'List the charges of reservations that nobody ended, or settle them.',
  usage: [
    '--settle observed  charge what each had been seen to cost, as of its last heartbeat',
    '--settle zero      charge nothing beyond what the books had been told',
    '--since 7d         only those that expired since then: 12h, 7d, 2026-11-01',
    '--json             print them as JSON, one a line',
    CONFIG_USAGE,
  ],
  options: {
    ...CONFIG_OPTION,
    settle: { type: 'string' },
    since: { type: 'string' },
    json: { type: 'boolean' },
  },
  run(args, world) {
    const to = wordOf(args, 'settle', ['observed', 'zero'])
    return withStore(args, world, { withAudit: to !== undefined }, async (store, config) => {
      const sinceMs = sinceOf(args, world.nowMs())
      const filter = { ...(sinceMs !== undefined && { sinceMs }), ...ownOrg(config) }
      if (to !== undefined) return settle({ world, store, config, to, filter })
      list(args, world, await store.ledger.expired(filter))
      return 0
    })
  },
}

/** A Redis may be shared with orgs that are none of this operator's. */
function ownOrg({ store, org }: StoreConfig): ExpiredFilter {
  return store.kind === 'redis' ? { org } : {}
}

const COLUMNS = [
  { title: 'EXPIRED' },
  { title: 'ACCOUNT' },
  { title: 'MODEL' },
  { title: 'REQUEST' },
  { title: 'CHARGED', right: true },
  { title: 'OBSERVED', right: true },
]

function list(args: Args, { out }: World, expired: readonly ExpiredReservation[]): void {
  if (args.values.json) {
    for (const reservation of expired) out(JSON.stringify(jsonOf(reservation)))
    return
  }
  if (expired.length === 0) return out('nothing is unconfirmed')
  const rows = expired.map(({ path, memo, charged, observed, expiredAtMs }) => [
    new Date(expiredAtMs).toISOString(),
    path.at(-1)!,
    memo.model || '-',
    memo.requestId,
    showUsd(charged.usd),
    showUsd(observed.usd),
  ])
  for (const text of tableOf(COLUMNS, rows)) out(text)
  const total = expired.reduce((sum, { charged }) => sum + charged.usd, 0)
  out('')
  out(
    `${expired.length} unconfirmed, ${showUsd(total)} in all. To settle them: --settle observed, or --settle zero`,
  )
}

function jsonOf({
  id,
  path,
  memo,
  charged,
  observed,
  reservedAtMs,
  expiredAtMs,
}: ExpiredReservation): object {
  return {
    id,
    accounts: path,
    request_id: memo.requestId,
    model: memo.model,
    charged_usd: nanoToUsd(charged.usd),
    observed_usd: nanoToUsd(observed.usd),
    reserved_at: new Date(reservedAtMs).toISOString(),
    expired_at: new Date(expiredAtMs).toISOString(),
  }
}

interface Settling {
  readonly world: World
  readonly store: CommandStore
  readonly config: StoreConfig
  readonly to: 'observed' | 'zero'
  readonly filter: ExpiredFilter
}

/**
 * Settle in the books first, and write the records afterwards: only the books know what was still to be settled, and at
 * what. So each place for records must be seen to take some before anything is settled; then each reservation has its
 * record in all of them.
 */
async function settle({ world, store, config, to, filter }: Settling): Promise<number> {
  const sinks = keptRecords(config, store)
  if (sinks.length === 0) world.err('no records are written: the config states no audit')
  const keeper = await recordKeeper({ sinks, onFault: world.err })
  try {
    const { settled, before, after } = await store.ledger.settleExpired(to, filter)
    world.out(`settled ${settled.length}: ${showUsd(before)} → ${showUsd(after)}`)
    const settledAtMs = world.nowMs()
    const records = settled.map((one) => expiredRecord(one, { settledAtMs }))
    const without = await keeper.keep(records)
    if (without.length === 0) return 0
    // The books cannot be asked for them again: whoever called is the last place there is.
    world.err(`${without.join(' and ')} took no records: append these lines by hand`)
    for (const record of records) world.err(JSON.stringify(record))
    return 1
  } finally {
    await keeper.close()
  }
}
