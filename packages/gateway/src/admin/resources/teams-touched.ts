import { type AccountId, kindOf } from '@tollgate/kit/ledger'
import type { Manage } from '../../manage/manage.ts'
import type { ObjectRoute, RouteInput, Touched } from '../route.ts'

type Teams = Touched['teams']
type TouchedBy = NonNullable<ObjectRoute['touched']>

/** The teams of a record that has one: as it is, and as a request would have it. */
export function teamsOfRecord(kind: 'project' | 'user'): TouchedBy {
  return async ({ directory, ledger, org }, { params, body }) => {
    const id = params.id ?? (body.id as string)
    const now = await directory.records.get(kind, org, id)
    if (now) {
      const teams = 'team' in body ? [now.value.team, teamIn(body)] : [now.value.team]
      return { teams, revision: now.revision }
    }
    const [budgets] = await ledger.budgetsOf(org, [`${kind}:${id}`])
    // Whoever has an account and no record spends by keys or tokens that may be another team's: no lead takes that over.
    return { teams: budgets ? [undefined, teamIn(body)] : [teamIn(body)], revision: 0 }
  }
}

/** The teams of a key: its own, and those of its project and its user; as it is, and as a request would have it. */
export const teamsOfKey: TouchedBy = async (manage, { params, body }) => {
  const id = params.id ?? (typeof body.id === 'string' ? body.id : undefined)
  const now = id === undefined ? undefined : await manage.directory.getKey(id)
  const revision = now ? (now.revision ?? 1) : 0
  const kept = now ? await teamsOfOwner(manage, now) : []
  const stays = params.id !== undefined && !['team', 'project', 'user'].some((field) => field in body)
  return { teams: stays ? kept : [...kept, ...(await teamsOfOwner(manage, { ...now, ...body }))], revision }
}

/** The teams of an account below a team. A team's own budget, and the org's, is for those above them to set. */
export const teamsOfAccount: TouchedBy = (manage, { params }) =>
  touchedSpender(manage, params.account as AccountId)

/** The team of whomever something was asked for, or granted to: a team's own lead decides for it too. */
export function teamsOfAsked(kind: 'access_request' | 'grant'): TouchedBy {
  return async (manage, { params }) => {
    const kept = await manage.directory.records.get(kind, manage.org, params.id!)
    // What is not there, whoever handles it says.
    if (!kept) return { teams: [] }
    const account = kept.value.account as AccountId
    if (kindOf(account) === 'team') return { teams: [idOf(account)] }
    const { teams } = await touchedSpender(manage, account)
    return { teams }
  }
}

/** Whose an account below a team is; the revision is that of the key, the project or the user. */
async function touchedSpender(manage: Manage, account: AccountId): Promise<Touched> {
  const { directory, org } = manage
  const kind = kindOf(account)
  const id = idOf(account)
  if (kind === 'key') {
    const key = await directory.getKey(id)
    if (!key) return { teams: [undefined] }
    return { teams: await teamsOfOwner(manage, key), revision: key.revision ?? 1 }
  }
  if (kind !== 'project' && kind !== 'user') return { teams: [undefined] }
  const kept = await directory.records.get(kind, org, id)
  return kept ? { teams: [kept.value.team], revision: kept.revision } : { teams: [undefined] }
}

const idOf = (account: AccountId): string => account.slice(account.indexOf(':') + 1)

interface Owner {
  readonly team?: unknown
  readonly project?: unknown
  readonly user?: unknown
}

/** A key that spends from another team's project would be a way into its budget. */
async function teamsOfOwner(manage: Manage, { team, project, user }: Owner): Promise<Teams> {
  return [
    text(team),
    ...(typeof project === 'string' ? [await teamOf(manage, 'project', project)] : []),
    ...(typeof user === 'string' ? [await teamOf(manage, 'user', user)] : []),
  ]
}

async function teamOf(
  { directory, org }: Manage,
  kind: 'project' | 'user',
  id: string,
): Promise<string | undefined> {
  return (await directory.records.get(kind, org, id))?.value.team
}

function teamIn({ team }: RouteInput['body']): string | undefined {
  return text(team)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
