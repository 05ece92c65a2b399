import {
  type Actor,
  type Directory,
  everyRecord,
  type Kept,
  type RecordKind,
  type RecordStore,
  type Records,
  type TeamRecord,
  type TierRecord,
} from '@tollgate/kit/directory'
import type { AccountId, Budget } from '@tollgate/kit/ledger'
import { type Config, providerBudgets } from '../config/index.ts'
import { entryOf } from '../store/account-budgets.ts'
import { present } from './shape.ts'

/** What a config states of the directory. */
export type StatedObjects = Pick<Config, 'org' | 'teams' | 'tiers' | 'keys' | 'providers' | 'httpProviders'>

/** Kinds of records that a config file can state; keys are before the directory, with their secrets. */
const KINDS = ['tier', 'team', 'project', 'budgets'] as const satisfies readonly RecordKind[]
type StatedKind = (typeof KINDS)[number]

const FILE: Actor = { by: 'config', owner: 'config' }

/** What was written into the directory, or taken out of it: `team:marketing`. */
export interface Reconciled {
  readonly written: readonly string[]
  readonly removed: readonly string[]
}

/**
 * Make the directory say what the config states. What it states is the file's from then on, also where somebody else had
 * made it; what it states no more is removed, with its history, and free to be made elsewhere. What was spent stays in the
 * books. Repeating it changes nothing.
 */
export async function reconcile(
  { records }: Pick<Directory, 'records'>,
  config: StatedObjects,
): Promise<Reconciled> {
  const { org } = config
  await makeOrg(records, org)
  const results = []
  for (const kind of KINDS) results.push(await reconcileKind(records, kind, config))
  return {
    written: results.flatMap(({ written }) => written),
    removed: results.flatMap(({ removed }) => removed),
  }
}

/** The org is there from the first start; what it is called, and its tier, is for an admin to say. */
async function makeOrg(records: RecordStore, org: string): Promise<void> {
  await records.put({ kind: 'org', org, id: org, value: {}, ifRevision: 0 }, { by: 'config' })
}

async function reconcileKind<Kind extends StatedKind>(
  records: RecordStore,
  kind: Kind,
  config: StatedObjects,
): Promise<Reconciled> {
  const { org } = config
  const stated = statedIn(config, kind)
  const emptied = kind === 'budgets' ? withoutBudgets(config) : new Set()
  const isGone = ({ id, owner }: Pick<Kept, 'id' | 'owner'>) =>
    !stated.has(id) && (owner === 'config' || emptied.has(id))
  const written: string[] = []
  const removed: string[] = []
  for (const [id, value] of stated) {
    const { status } = await records.put({ kind, org, id, value }, FILE)
    if (status !== 'unchanged') written.push(`${kind}:${id}`)
  }
  for (const { id } of await everyRecord(records, kind, org, isGone)) {
    await records.remove({ kind, org, id }, FILE)
    removed.push(`${kind}:${id}`)
  }
  return { written, removed }
}

function statedIn<Kind extends StatedKind>(
  config: StatedObjects,
  kind: Kind,
): ReadonlyMap<string, Records[Kind]> {
  return new Map(STATED[kind](config) as readonly (readonly [string, Records[Kind]])[])
}

type Stated<Kind extends StatedKind> = readonly (readonly [id: string, Records[Kind]])[]

/** What a config states of each kind. The first tier of a file is the least. */
const STATED: { readonly [Kind in StatedKind]: (config: StatedObjects) => Stated<Kind> } = {
  tier: ({ tiers }) => tiers.map((tier, rank) => [tier.name, tierRecord(tier, rank)]),
  team: ({ teams }) => teams.map((team) => [team.id, teamRecord(team)]),
  // Of a project that several teams name the first is the owner; the others may name it all the same.
  project: ({ teams }) =>
    teams.flatMap(({ id: team, projects = [] }) => projects.map((id) => [id, { team }] as const)).reverse(),
  budgets: (config) =>
    ownedBudgets(config).flatMap(([account, budgets]) =>
      budgets.length > 0 ? [[account, { budgets: budgets.map(entryOf) }] as const] : [],
    ),
}

/** What the file alone gives budgets of its own, or none; those that come with a tier are told of the tier. */
function ownedBudgets(config: StatedObjects): readonly (readonly [AccountId, readonly Budget[]])[] {
  const { teams, keys } = config
  const own = ({
    budgets,
    hasTierBudgets,
  }: Pick<StatedObjects['teams'][number], 'budgets' | 'hasTierBudgets'>) => (hasTierBudgets ? [] : budgets)
  return [
    ...teams.map((team) => [`team:${team.id}`, own(team)] as const),
    ...keys.map((key) => [`key:${key.id}`, own(key)] as const),
    ...providerBudgets(config),
  ]
}

/** A file that names them and gives them none of their own takes away what anybody else has given them. */
function withoutBudgets(config: StatedObjects): ReadonlySet<string> {
  const none = ownedBudgets(config).filter(([, budgets]) => budgets.length === 0)
  return new Set(none.map(([account]) => account))
}

function teamRecord({
  tier,
  costCenter,
  projectRequired,
  leads,
}: StatedObjects['teams'][number]): TeamRecord {
  return present({ tier, costCenter, projectRequired, leads })
}

const APPROVALS: ReadonlySet<string> = new Set(['none', 'viewer', 'team-lead', 'director', 'admin'])

/** An approval that is said in words of its own takes an admin, who can read them. */
function tierRecord(
  { label, models, endpoints, approval, caps, rates, budgets }: StatedObjects['tiers'][number],
  rank: number,
): TierRecord {
  const known = (APPROVALS.has(approval) ? approval : 'admin') as NonNullable<TierRecord['approval']>
  const some = endpoints.length > 0 ? endpoints : undefined
  return {
    ...present({ label, endpoints: some, caps, rates, budgets: budgets?.map(entryOf) }),
    models,
    approval: known,
    rank,
  }
}
