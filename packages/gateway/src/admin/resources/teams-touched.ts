import { type AccountId, kindOf } from '@tollgate/kit/ledger'
import type { Manage } from '../../manage/manage.ts'
import type { ObjectRoute, RouteInput } from '../route.ts'

type Teams = readonly (string | undefined)[]

/** The teams of a record that has one: as it is, and as a request would have it. */
export function teamsOfRecord(kind: 'project' | 'user'): NonNullable<ObjectRoute['teams']> {
  return async ({ directory, ledger, org }, { params, body }) => {
    const id = params.id ?? (body.id as string)
    const now = await directory.records.get(kind, org, id)
    if (now) return 'team' in body ? [now.value.team, teamIn(body)] : [now.value.team]
    const [budgets] = await ledger.budgetsOf(org, [`${kind}:${id}`])
    // Whoever has an account and no record spends by keys or tokens that may be another team's: no lead takes that over.
    return budgets ? [undefined, teamIn(body)] : [teamIn(body)]
  }
}

/** The teams of a key: its own, and those of its project and its user; as it is, and as a request would have it. */
export const teamsOfKey: NonNullable<ObjectRoute['teams']> = async (manage, { params, body }) => {
  const id = params.id ?? (typeof body.id === 'string' ? body.id : undefined)
  const now = id === undefined ? undefined : await manage.directory.getKey(id)
  const kept = now ? await teamsOfOwner(manage, now) : []
  if (params.id !== undefined && !['team', 'project', 'user'].some((field) => field in body)) return kept
  return [...kept, ...(await teamsOfOwner(manage, { ...now, ...body }))]
}

/** The teams of an account below a team. A team's own budget, and the org's, is for those above them to set. */
export const teamsOfAccount: NonNullable<ObjectRoute['teams']> = async (manage, { params }) => {
  const account = params.account as AccountId
  const kind = kindOf(account)
  const id = account.slice(kind.length + 1)
  if (kind === 'key') {
    const key = await manage.directory.getKey(id)
    return key ? teamsOfOwner(manage, key) : [undefined]
  }
  return kind === 'project' || kind === 'user' ? [await teamOf(manage, kind, id)] : [undefined]
}

/** The team of whomever something was asked for, or granted to: a team's own lead decides for it too. */
export function teamsOfAsked(kind: 'access_request' | 'grant'): NonNullable<ObjectRoute['teams']> {
  return async (manage, { params }) => {
    const kept = await manage.directory.records.get(kind, manage.org, params.id!)
    // What is not there, whoever handles it says.
    if (!kept) return []
    const { account } = kept.value
    if (account.startsWith('team:')) return [account.slice('team:'.length)]
    return teamsOfAccount(manage, { params: { account }, query: {}, body: {} })
  }
}

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
