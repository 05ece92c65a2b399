import type {
  Actor,
  Directory,
  Kept,
  RecordKind,
  Records,
  RecordStore,
  TeamRecord,
  TierRecord,
} from '@tollgate/kit/directory'
import { everyRecord } from '@tollgate/kit/access'
import type { Config, StoreConfig } from '../config/index.ts'

/** What a config states of the directory. */
export type StatedObjects = Pick<Config, 'org' | 'teams' | 'tiers'>

/** Kinds of records that a config file can state; keys are before the directory, with their secrets. */
const KINDS = ['tier', 'team'] as const satisfies readonly RecordKind[]
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
  for (const kind of KINDS) results.push(await reconcileKind(records, kind, org, statedIn(config, kind)))
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
  org: string,
  stated: ReadonlyMap<string, Records[Kind]>,
): Promise<Reconciled> {
  const written: string[] = []
  const removed: string[] = []
  for (const [id, value] of stated) {
    const { status } = await records.put({ kind, org, id, value }, FILE)
    if (status !== 'unchanged') written.push(`${kind}:${id}`)
  }
  for (const { id } of (await everyRecord(records, kind, org)).filter(isOfFile)) {
    if (stated.has(id)) continue
    await records.remove({ kind, org, id }, FILE)
    removed.push(`${kind}:${id}`)
  }
  return { written, removed }
}

const isOfFile = ({ owner }: Pick<Kept, 'owner'>): boolean => owner === 'config'

function statedIn<Kind extends StatedKind>(
  { teams, tiers }: StatedObjects,
  kind: Kind,
): ReadonlyMap<string, Records[Kind]> {
  const entries =
    kind === 'team'
      ? teams.map((team) => [team.id, teamRecord(team)] as const)
      : tiers.map((tier, rank) => [tier.name, tierRecord(tier, rank)] as const)
  return new Map(entries as readonly (readonly [string, Records[Kind]])[])
}

function teamRecord({ tier, costCenter, projectRequired, leads }: StoreConfig['teams'][number]): TeamRecord {
  return {
    ...(tier !== undefined && { tier }),
    ...(costCenter !== undefined && { costCenter }),
    ...(projectRequired !== undefined && { projectRequired }),
    ...(leads !== undefined && { leads }),
  }
}

const APPROVALS: ReadonlySet<string> = new Set(['none', 'viewer', 'team-lead', 'director', 'admin'])

/** The first tier of a file is the least. An approval that is said in words of its own takes an admin, who can read them. */
function tierRecord(
  { label, models, endpoints, approval, caps }: Config['tiers'][number],
  rank: number,
): TierRecord {
  return {
    ...(label !== undefined && { label }),
    models,
    ...(endpoints.length > 0 && { endpoints }),
    approval: (APPROVALS.has(approval) ? approval : 'admin') as NonNullable<TierRecord['approval']>,
    rank,
    ...(caps && { caps }),
  }
}
