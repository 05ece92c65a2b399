import type { KeyOwner } from '../directory/key-record.ts'
import type { RecordStore } from '../directory/record-store.ts'
import type { Approval } from './approval.ts'
import { type Party, partyName } from './party.ts'

export type KeyOwnerOf = (org: string, id: string) => OwnerOfKey | undefined | Promise<OwnerOfKey | undefined>
export type OwnerOfKey = Pick<KeyOwner, 'team' | 'user'>

export interface Deciding {
  readonly records: Pick<RecordStore, 'get'>
  /** Whose a key is: by it the teams of keys are known, and who has asked for something with a key of their own. */
  readonly keyOwner: KeyOwnerOf
}

/** What is to be decided on, by whose approval, and who has asked for it. */
export interface Matter {
  readonly org: string
  /** For whom. */
  readonly account: string
  /** Who asks; undefined where nobody needed to. */
  readonly by: string | undefined
  readonly approval: Approval
}

/** Whether it is the party's own: what they have asked for, or would be given themselves, with whatever key. */
export async function isOwn(
  { keyOwner }: Pick<Deciding, 'keyOwner'>,
  { org, account, by = account }: Pick<Matter, 'org' | 'account' | 'by'>,
  party: Party,
): Promise<boolean> {
  const persons = await Promise.all(
    [account, by].map(async (name) => {
      const [kind, id] = partsOf(name)
      const user = kind === 'key' ? (await keyOwner(org, id))?.user : undefined
      return user === undefined ? name : `user:${user}`
    }),
  )
  const names = [
    partyName(party),
    ...('admin' in party || party.key === undefined ? [] : [`key:${party.key}`]),
  ]
  return names.some((name) => name === account || name === by || persons.includes(name))
}

/**
 * Why a party is not of the rank to decide, as a sentence; undefined when it is. A lead decides for the team that names
 * them as one, a director for every team, and an administrator, or the holder of the operator's own token, on everything.
 */
export async function whyNotOfRank(
  { records, keyOwner }: Deciding,
  { org, account, approval }: Omit<Matter, 'by'>,
  party: Party,
): Promise<string | undefined> {
  if ('admin' in party || approval === 'none') return undefined
  const role = party.user === undefined ? undefined : (await records.get('user', org, party.user))?.value.role
  if (role === 'admin') return undefined
  if (approval === 'admin') return 'Only an administrator decides on this.'
  if (role === 'director') return undefined
  if (approval === 'director') return 'Only a director or an administrator decides on this.'
  const team = await teamOf({ records, keyOwner }, org, account)
  if (team === undefined) {
    return `${account} is in no team, so only a director or an administrator decides on this.`
  }
  const leads = (await records.get('team', org, team))?.value.leads ?? []
  if (party.user !== undefined && leads.includes(party.user)) return undefined
  return `Only a lead of the team ${team}, a director or an administrator decides on this.`
}

async function teamOf(
  { records, keyOwner }: Deciding,
  org: string,
  account: string,
): Promise<string | undefined> {
  const [kind, id] = partsOf(account)
  if (kind === 'team') return id
  if (kind === 'key') return (await keyOwner(org, id))?.team
  if (kind !== 'user' && kind !== 'project') return undefined
  return (await records.get(kind, org, id))?.value.team
}

function partsOf(account: string): readonly [kind: string, id: string] {
  const colon = account.indexOf(':')
  return [account.slice(0, colon), account.slice(colon + 1)]
}
