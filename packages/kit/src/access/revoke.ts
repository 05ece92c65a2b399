import type { Kept } from '../directory/record-store.ts'
import type { AccountId } from '../ledger/ledger.ts'
import { approvalFor } from './approval.ts'
import { isOwn, whyNotOfRank } from './deciders.ts'
import type { DeskParts } from './desk-parts.ts'
import { type Party, partyName } from './party.ts'
import { writeRaises } from './raises.ts'

export interface Revoke {
  readonly org: string
  /** Of the grant. */
  readonly id: string
  readonly by: Party
  readonly reason?: string
  /** Only when the grant is at this revision. */
  readonly ifRevision?: number
}

/** `moved`: it is at another revision than the one that was asked for. */
export type RevokeResult =
  | { readonly status: 'revoked' | 'repeat'; readonly grant: Kept<'grant'> }
  | { readonly status: 'moved'; readonly revision: number }
  | { readonly status: 'unknown' }
  | { readonly status: 'forbidden'; readonly text: string }

/** Two may change a grant at once; the second looks again. */
const ATTEMPTS = 5

/**
 * End a grant before its time: whoever may have given it, or whoever has it. Of a raise that takes back what is left; what
 * was spent under it stays spent.
 */
export async function revoke(
  parts: DeskParts,
  { org, id, by, reason, ifRevision }: Revoke,
): Promise<RevokeResult> {
  const { records, clock } = parts
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const grant = await records.get('grant', org, id)
    if (!grant) return { status: 'unknown' }
    const { value, revision } = grant
    if (ifRevision !== undefined && ifRevision !== revision) return { status: 'moved', revision }
    if (value.revoked) return { status: 'repeat', grant: await ended(parts, grant) }
    const text = await whyNotRevoke(parts, grant, by)
    if (text !== undefined) return { status: 'forbidden', text }
    const name = partyName(by)
    const why = reason !== undefined && { reason }
    const revoked = { by: name, atMs: clock.now(), ...why }
    const put = await records.put(
      { kind: 'grant', org, id, value: { ...value, revoked }, ifRevision: revision },
      { by: name, ...why },
    )
    if (put.status === 'changed') return { status: 'revoked', grant: await ended(parts, put.kept) }
    if (put.status !== 'conflict') throw new Error(`the grant ${id} cannot be changed: ${put.status}`)
  }
  throw new Error(`the grant ${id} of ${org} is changed by others all the time: it was not revoked`)
}

async function ended({ books }: DeskParts, grant: Kept<'grant'>): Promise<Kept<'grant'>> {
  const { org, value } = grant
  if (value.raise) await writeRaises(books, { org, account: value.account as AccountId })
  return grant
}

async function whyNotRevoke(
  parts: DeskParts,
  { org, value }: Kept<'grant'>,
  party: Party,
): Promise<string | undefined> {
  const { account } = value
  if (await isOwn(parts, { org, account, by: undefined }, party)) return undefined
  const approval = approvalFor(value, account, await parts.tiersOf(org))
  return whyNotOfRank(parts, { org, account, approval }, party)
}
