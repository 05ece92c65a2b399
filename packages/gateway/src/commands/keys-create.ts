import { issueKey, type KeyHasher, type KeyRecord, keyHasher, keyPrincipal } from '@tollgate/kit/directory'
import type { Budget, Period } from '@tollgate/kit/ledger'
import { durationMs } from '../config/duration.ts'
import { masterKey, type StoreConfig } from '../config/index.ts'
import { hint } from '../config/nearest.ts'
import { budgetText, line } from '../say/config-lines.ts'
import { accountBudgets } from '../store/account-budgets.ts'
import { ownBudget } from '../store/own-budgets.ts'
import { accountsOfConfig, provisionKey } from '../store/provision.ts'
import type { CommandStore } from '../store/store.ts'
import { type Args, type Command, textOf, textsOf, UsageError, type World } from './command.ts'
import { keptKeys } from './own-keys.ts'
import { CONFIG_OPTION, CONFIG_USAGE, withStore } from './with-store.ts'

/** `tollgate keys create`: a new virtual key, which a running gateway knows at once. */
export const keysCreate: Command = {
  name: 'keys create',
  summary: 'Make a virtual key, and show its secret once.',
  usage: [
    '--team T         the team it belongs to',
    '--project P      the project',
    '--user U         the user',
    '--id ID          what its account is called, key:ID; made up when absent',
    '--label L        what people call it',
    '--expires 30d    refuse it after so long',
    '--budget 5/daily a budget of its own in USD: hourly, daily, weekly, monthly or total; may be given again',
    '--json           print it as JSON',
    CONFIG_USAGE,
  ],
  options: {
    ...CONFIG_OPTION,
    team: { type: 'string' },
    project: { type: 'string' },
    user: { type: 'string' },
    id: { type: 'string' },
    label: { type: 'string' },
    expires: { type: 'string' },
    budget: { type: 'string', multiple: true },
    json: { type: 'boolean' },
  },
  run(args, world) {
    const { path } = keptKeys(args, world, 'add one under keys, with a secret of its own')
    return withStore(args, world, { withMasterKey: true }, (store, config) =>
      create(args, world, store, config, path),
    )
  },
}

async function create(
  args: Args,
  world: World,
  { directory, ledger }: CommandStore,
  config: StoreConfig,
  databasePath: string,
): Promise<number> {
  const own = textsOf(args, 'budget').map((text) => budgetOf(text, config.timeZone))
  const { record, secret } = newKey(args, world, config, hasherOf(config, databasePath))
  // First the key, then its budgets: those of a key that is there already stay, and one without any is refused.
  const { status } = await directory.createKey(record)
  if (status !== 'created') throw new Error(`there is a key ${record.id} already: choose another --id`)
  // What the config names has its budgets from the gateway's own start; a command with another config must not change them.
  await provisionKey(config, ledger, record, own, accountsOfConfig(config))
  show(args, world, record, secret, accountBudgets(config, 'key', own))
  return 0
}

/** The gateway has a master key since its first start; another one made here would hash a key that it never knows. */
function hasherOf({ masterKey: stated }: StoreConfig, databasePath: string): KeyHasher {
  const { key } = masterKey({
    stated,
    databasePath,
    make() {
      throw new Error(
        'the master key of these books is not here: set TOLLGATE_MASTER_KEY, or name the config of their gateway with --config',
      )
    },
  })
  return keyHasher(key)
}

function newKey(
  args: Args,
  { nowMs }: World,
  config: StoreConfig,
  hasher: KeyHasher,
): ReturnType<typeof issueKey> {
  const named = Object.fromEntries(
    (['team', 'project', 'user', 'id', 'label'] as const).flatMap((field) => {
      const value = textOf(args, field)
      return value === undefined ? [] : [[field, value]]
    }),
  )
  const teams = config.teams.map(({ id }) => id)
  if (named.team !== undefined && !teams.includes(named.team)) {
    throw new UsageError(
      `there is no team ${named.team}: ${teams.length ? hint(named.team, teams) : 'the config has none'}`,
    )
  }
  const expires = textOf(args, 'expires')
  const lifeMs = expires === undefined ? undefined : durationMs(expires)
  if (expires !== undefined && !lifeMs)
    throw new UsageError(`--expires ${expires} is not a duration: write 12h or 30d`)
  return issueKey({
    ...named,
    org: config.org,
    hasher,
    clock: { now: nowMs },
    ...(lifeMs !== undefined && { expiresAtMs: nowMs() + lifeMs }),
  })
}

function budgetOf(text: string, timeZone: string): Budget {
  const [, usd, period] = /^(\d+(?:\.\d+)?)\/(hourly|daily|weekly|monthly|total)$/.exec(text) ?? []
  if (usd === undefined || period === undefined) {
    throw new UsageError(`--budget ${text} is not a budget: write USD and a period, as in 5/daily`)
  }
  return ownBudget({ limit_usd: usd, period: period as Period }, timeZone)
}

function show(
  args: Args,
  { out }: World,
  record: KeyRecord,
  secret: string,
  budgets: readonly Budget[],
): void {
  const { id, expiresAtMs } = record
  const { tags: _, ...owner } = keyPrincipal(record)
  const expires = expiresAtMs === undefined ? null : new Date(expiresAtMs).toISOString()
  if (args.values.json) {
    return out(JSON.stringify({ id, secret, account: `key:${id}`, ...owner, expires_at: expires }))
  }
  out(line('key', id))
  out(line('secret', `${secret} (shown this once)`))
  out(line('account', `key:${id}`))
  out(line('budgets', budgets.map((budget) => budgetText(budget)).join(', ') || 'none of its own'))
  if (expires) out(line('expires', expires))
}
