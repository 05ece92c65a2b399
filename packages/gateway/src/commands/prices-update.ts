import { showUsd } from '@tollgate/kit/core'
import { PRICE_FIELDS, type PriceChange } from '@tollgate/kit/meter'
import { type Config, loadConfig } from '../config/index.ts'
import { adoptKept } from '../prices/adopt-kept.ts'
import { considerPrices } from '../prices/consider.ts'
import { keptPrices } from '../prices/kept-prices.ts'
import { findPrices } from '../prices/source.ts'
import { table } from '../say/table.ts'
import { type Args, type Command, textOf, UsageError } from './command.ts'

/** How many changes are shown one by one. */
const SHOWN = 100

/** `tollgate prices update`: newer prices for the gateways that run from this config, without a restart. */
export const pricesUpdate: Command = {
  name: 'prices update',
  summary:
    'Fetch newer prices, show what they change, and keep them: running gateways follow within a minute.',
  usage: [
    '--from WHERE     an https:// address or a file; as price_updates.from says otherwise',
    '--dry-run        show what would change, and keep nothing',
    '--config FILE    the config; it must have price_updates',
  ],
  options: { config: { type: 'string' }, from: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  async run(args, { env, cwd, out, err, nowMs }) {
    const config = loadConfig({ file: textOf(args, 'config'), env, cwd })
    const { from, keep } = placesOf(config, args)
    const kept = keptPrices(keep)
    const inForceMs = await adoptKept(kept)
    const found = await findPrices(from, { nowMs: nowMs() })
    const considered = await considerPrices(found, inForceMs)
    if (considered.verdict === 'refused') {
      for (const reason of considered.reasons) err(`not taken: ${reason}`)
      return 1
    }
    if (considered.verdict === 'same') {
      out('nothing changes: these prices are in force already')
      return 0
    }
    const { data, changes } = considered
    for (const line of changeLines(changes)) out(line)
    if (args.values['dry-run']) {
      out(`${data.version}: ${changes.length} changes, and nothing kept`)
      return 0
    }
    await kept.keep(found)
    out(
      `${data.version}: ${changes.length} changes, kept in ${keep}; running gateways follow within a minute`,
    )
    return 0
  },
}

function placesOf({ priceUpdates }: Config, args: Args): { readonly from: string; readonly keep: string } {
  if (!priceUpdates) {
    throw new UsageError('the config has no price_updates: without it no gateway follows newer prices')
  }
  const from = textOf(args, 'from') ?? priceUpdates.from
  if (from === undefined)
    throw new UsageError('say where from: --from WHERE, or price_updates.from in the config')
  return { from, keep: priceUpdates.keep }
}

const FIELD_OF = Object.fromEntries(Object.entries(PRICE_FIELDS).map(([field, kind]) => [kind, field]))

function changeLines(changes: readonly PriceChange[]): string[] {
  if (changes.length === 0) return []
  const columns = [
    { title: 'MODEL' },
    { title: 'KIND' },
    { title: 'BEFORE', right: true },
    { title: 'AFTER', right: true },
  ]
  const rows = changes
    .slice(0, SHOWN)
    .map(({ model, kind, before, after }) => [model, FIELD_OF[kind] ?? kind, shown(before), shown(after)])
  const more = changes.length - SHOWN
  return [...table(columns, rows), ...(more > 0 ? [`… and ${more} more`] : [])]
}

function shown(nanoUsd: number | undefined): string {
  return nanoUsd === undefined ? '–' : showUsd(nanoUsd)
}
