import { issueKey, type KeyRecord, keyPrincipal } from '@tollgate/kit/directory'
import type { Budget } from '@tollgate/kit/ledger'
import type { StoreConfig } from '../config/index.ts'
import { hint } from '../config/nearest.ts'
import { actorOf } from '../manage/manage.ts'
import { keyShape } from '../manage/shapes/key.ts'
import { budgetText, line } from '../say/config-lines.ts'
import { accountBudgets } from '../store/account-budgets.ts'
import { ownBudget } from '../store/own-budgets.ts'
import { provisionInForce } from '../store/provision-in-force.ts'
import { provisionKey, seenAtStart } from '../store/provision-key.ts'
import type { CommandStore } from '../store/store.ts'
import { tierBudgets } from '../store/tier-budgets.ts'
import { BUDGET_USAGE, budgetEntry } from './budget-option.ts'
import { type Args, type Command, textOf, textsOf, UsageError, type World } from './command.ts'
import { KEY_FIELD_OPTIONS, KEY_FIELD_USAGE, keyFields } from './key-fields.ts'
import { manageHere, operatorHere } from './manage-as.ts'
import { CONFIG_OPTION, CONFIG_USAGE, withStore } from './with-store.ts'

/** `tollgate keys create`: a new virtual key, which a running gateway knows at once. */
export const keysCreate: Command = {
  name: 'keys create',
  summary: 'Make a virtual key, and show its secret once.',
  usage: [
    ...KEY_FIELD_USAGE,
    '--id ID          what its account is called, key:ID; made up when absent',
    BUDGET_USAGE,
    '--json           print it as JSON',
    CONFIG_USAGE,
  ],
  options: {
    ...CONFIG_OPTION,
    ...KEY_FIELD_OPTIONS,
    id: { type: 'string' },
    budget: { type: 'string', multiple: true },
    json: { type: 'boolean' },
  },
  run: (args, world) =>
    withStore(args, world, { withMasterKey: true }, (store, config) => create(args, world, store, config)),
}

async function create(args: Args, world: World, store: CommandStore, config: StoreConfig): Promise<number> {
  const { directory, ledger } = store
  const own = textsOf(args, 'budget').map((text) => ownBudget(budgetEntry(text), config.timeZone))
  const id = textOf(args, 'id')
  const fields = keyShape.read(keyFields(args, world))
  await checkNamed(store, config, 'team', fields.team)
  await checkNamed(store, config, 'tier', fields.tier)
  const { org, hasher, clock } = manageHere(store, config, world)
  const { record, secret } = issueKey({
    ...fields,
    org,
    hasher: hasher(),
    clock,
    ...(id !== undefined && { id }),
  })
  // First the key, then its budgets: those of a key that is there already stay, and one without any is refused.
  const { status } = await directory.createKey(record, actorOf(operatorHere()))
  if (status !== 'created') throw new Error(`there is a key ${record.id} already: choose another --id`)
  // What the config names has its budgets from the gateway's own start; a command with another config must not change them.
  await provisionInForce(
    () => config,
    (rules) => provisionKey({ rules, ledger, directory }, record, own, seenAtStart(rules)),
  )
  const account = { org, account: `key:${record.id}` as const }
  const ofTier = await tierBudgets(directory, config.timeZone, account)
  show(args, world, record, secret, accountBudgets(config, 'key', own, ofTier))
  return 0
}

/** A team or a tier is one of the config, which may not have been read by a gateway yet, or one that was made by hand. */
async function checkNamed(
  { directory: { records } }: CommandStore,
  { org, teams, tiers }: StoreConfig,
  kind: 'team' | 'tier',
  name: string | undefined,
): Promise<void> {
  const stated = kind === 'team' ? teams.map(({ id }) => id) : tiers.map((tier) => tier.name)
  if (name === undefined || stated.includes(name) || (await records.get(kind, org, name))) return
  const made = (await records.list(kind, org, { limit: 100 })).map(({ id }) => id)
  const known = [...new Set([...stated, ...made])]
  const make = `make it with \`tollgate ${kind}s set ${name}\``
  const cure = known.length > 0 ? `${make}, or ${hint(name, known)}` : make
  throw new UsageError(`there is no ${kind} ${name}: ${cure}`)
}

function show(
  args: Args,
  { out }: World,
  record: KeyRecord,
  secret: string,
  budgets: readonly Budget[],
): void {
  const { id, expiresAtMs } = record
  const { tags: _, scopes: __, ...owner } = keyPrincipal(record)
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
