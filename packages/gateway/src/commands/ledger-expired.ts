import { expiredRecord } from '@tollgate/kit/audit'
import { nanoToUsd, showUsd } from '@tollgate/kit/core'
import type { ExpiredFilter, ExpiredReservation } from '@tollgate/kit/ledger'
import type { StoreConfig } from '../config/index.ts'
import { sinceMsOf } from '../report/since.ts'
import { table as tableOf } from '../say/table.ts'
import type { CommandStore } from '../store/store.ts'
import { type Args, type Command, textOf, UsageError, type World, wordOf } from './command.ts'
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
  run: (args, world) =>
    withStore(args, world, async (store, config) => {
      const to = wordOf(args, 'settle', ['observed', 'zero'])
      const filter = { ...filterOf(args, world), ...ownOrg(config) }
      if (to === undefined) list(args, world, await store.ledger.expired(filter))
      else await settle({ world, store, to, filter })
      return 0
    }),
}

function filterOf(args: Args, { nowMs }: World): ExpiredFilter {
  const text = textOf(args, 'since')
  if (text === undefined) return {}
  const sinceMs = sinceMsOf(text, nowMs())
  if (sinceMs === undefined) throw new UsageError(`--since ${text} is no time: write 12h, 7d or 2026-11-01`)
  return { sinceMs }
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
    ...{ id, accounts: path, request_id: memo.requestId, model: memo.model },
    charged_usd: nanoToUsd(charged.usd),
    observed_usd: nanoToUsd(observed.usd),
    reserved_at: new Date(reservedAtMs).toISOString(),
    expired_at: new Date(expiredAtMs).toISOString(),
  }
}

interface Settling {
  readonly world: World
  readonly store: CommandStore
  readonly to: 'observed' | 'zero'
  readonly filter: ExpiredFilter
}

/** The records follow the books: in the table, each is given the charge that it has by now. */
async function settle({ world, store: { ledger, table }, to, filter }: Settling): Promise<void> {
  const { settled, before, after } = await ledger.settleExpired(to, filter)
  const settledAtMs = world.nowMs()
  await table?.write(settled.map((reservation) => expiredRecord(reservation, { settledAtMs })))
  world.out(`settled ${settled.length}: ${showUsd(before)} → ${showUsd(after)}`)
}
