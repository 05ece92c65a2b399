import { nanoToUsd, showUsd } from '@tollgate/kit/core'
import { accountPath, type Directory, keyPrincipal } from '@tollgate/kit/directory'
import { type AccountId, isAccountId, type UnbookedSettle } from '@tollgate/kit/ledger'
import type { StoreConfig } from '../config/index.ts'
import { runnable } from '../say/runnable.ts'
import { table } from '../say/table.ts'
import type { CommandStore } from '../store/store.ts'
import { chargeUnbooked } from './charge-unbooked.ts'
import { type Args, type Command, textOf, UsageError, type World } from './command.ts'
import { CONFIG_OPTION, CONFIG_USAGE, withStore } from './with-store.ts'

/** `tollgate ledger unbooked`: charges that the books could not book on anybody, and an operator's word on each. */
export const ledgerUnbooked: Command = {
  name: 'ledger unbooked',
  summary: 'List the charges that the books could book on nobody, and deal with them one by one.',
  usage: [
    '--charge ID      book this one on the account --to and on those above it, as of when it was told',
    '--to key:ada     whom: key:, user:, project: or team:, and its id',
    '--drop ID        take this one from the list: it was charged before, or nobody is to be charged',
    '--json           print them as JSON, one a line',
    CONFIG_USAGE,
  ],
  options: {
    ...CONFIG_OPTION,
    charge: { type: 'string' },
    to: { type: 'string' },
    drop: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(args, world) {
    const [charge, to, drop] = ['charge', 'to', 'drop'].map((option) => textOf(args, option))
    if ((charge === undefined) !== (to === undefined) || (charge !== undefined && drop !== undefined))
      throw new UsageError('say --charge ID --to ACCOUNT, or --drop ID')
    return withStore(args, world, {}, async (store, config) => {
      if (charge !== undefined) await book({ store, config, world }, charge, to!)
      else if (drop !== undefined) await forget({ store, config, world }, drop)
      else list(args, world, config, await store.unbooked.list(config.org))
      return 0
    })
  },
}

const COLUMNS = [
  { title: 'TOLD' },
  { title: 'ID' },
  { title: 'BASIS' },
  { title: 'TOKENS', right: true },
  { title: 'COST', right: true },
]

function list(args: Args, { out }: World, { file }: StoreConfig, unbooked: readonly UnbookedSettle[]): void {
  if (args.values.json) {
    for (const settle of unbooked) out(JSON.stringify(jsonOf(settle)))
    return
  }
  if (unbooked.length === 0) return out('everything is booked')
  const rows = unbooked.map(({ id, basis, actual, atMs }) => [
    new Date(atMs).toISOString(),
    ...[id, basis, String(actual.tokens), showUsd(actual.usd)],
  ])
  for (const text of table(COLUMNS, rows)) out(text)
  const total = unbooked.reduce((sum, { actual }) => sum + actual.usd, 0)
  out('')
  out(`${unbooked.length} unbooked, ${showUsd(total)} in all: the books had forgotten whose they are.`)
  for (const text of WHAT_TO_DO) out(runnable(text, file))
}

const WHAT_TO_DO = [
  'Look each id up in the records that audit writes. One whose record has a charge was booked before, when it was made or',
  'when it expired: `tollgate ledger unbooked --drop ID`. One without is to be charged to whoever made the call:',
  '`tollgate ledger unbooked --charge ID --to key:NAME`.',
]

function jsonOf({ org, id, basis, actual, atMs }: UnbookedSettle): object {
  return {
    id,
    org,
    basis,
    cost_usd: nanoToUsd(actual.usd),
    tokens: actual.tokens,
    requests: actual.requests,
    told_at: new Date(atMs).toISOString(),
  }
}

interface Dealing {
  readonly store: CommandStore
  readonly config: StoreConfig
  readonly world: World
}

async function forget({ store, config: { org }, world }: Dealing, id: string): Promise<void> {
  const settle = await find(store, org, id)
  await dropAsRead(store, settle)
  world.out(`${id} is off the list: ${showUsd(settle.actual.usd)}, charged to nobody by it`)
}

async function book({ store, config: { org }, world }: Dealing, id: string, to: string): Promise<void> {
  const settle = await find(store, org, id)
  const path = await pathTo(store.directory, org, to)
  const before = await chargeUnbooked(store, settle, path)
  await dropAsRead(store, settle)
  const cost = showUsd(settle.actual.usd)
  const ofWhich = before === 0 ? cost : `${cost}, of which ${showUsd(before)} was before,`
  world.out(`${id} is charged: ${ofWhich} to ${path.join(', ')}`)
}

/** What is told of a call while an operator decides about it is not off the list before somebody has read it. */
async function dropAsRead({ unbooked }: CommandStore, settle: UnbookedSettle): Promise<void> {
  if (await unbooked.drop(settle)) return
  throw new Error(
    `${settle.id} has been told anew since it was read here, and is still on the list: look at it once more with \`tollgate ledger unbooked\``,
  )
}

async function find({ unbooked }: CommandStore, org: string, id: string): Promise<UnbookedSettle> {
  const found = (await unbooked.list(org)).find((each) => each.id === id)
  if (found) return found
  throw new Error(`${id} is not among what is unbooked: tollgate ledger unbooked lists it`)
}

/** A key's requests are charged to whoever it belongs to as well. */
async function pathTo(directory: Directory, org: string, to: string): Promise<readonly AccountId[]> {
  if (!isAccountId(to)) throw new UsageError(`--to ${to} is not an account: write key:ada, or team:science`)
  const key = to.startsWith('key:') ? await directory.getKey(to.slice('key:'.length)) : undefined
  if (key?.org === org) return accountPath(keyPrincipal(key))
  return to === `org:${org}` ? [to] : [`org:${org}`, to]
}
