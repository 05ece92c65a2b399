import type { Kept } from '../directory/record-store.ts'
import type { Decision } from '../directory/records.ts'
import { approvalFor } from './approval.ts'
import { closeRequest, type Decide, type Undecided } from './close-request.ts'
import { isOwn, whyNotOfRank } from './deciders.ts'
import type { DeskParts } from './desk-parts.ts'
import { makeGrant } from './make-grant.ts'
import { NOBODY, partyName } from './party.ts'
import { durationFault } from './wanted.ts'

export interface Approve extends Decide {
  /** Another duration than was asked for, ms. */
  readonly lastsMs?: number
}

export type ApproveResult =
  | {
      readonly status: 'approved' | 'repeat'
      readonly request: Kept<'access_request'>
      readonly grant: Kept<'grant'>
    }
  | Undecided

export type CloseResult =
  | { readonly status: 'denied' | 'withdrawn' | 'repeat'; readonly request: Kept<'access_request'> }
  | Undecided

/**
 * Give what was asked for. The decision is written first, and everything else follows from it: whoever repeats it, or comes
 * by after a crash, makes the same grant, once.
 */
export async function approve(parts: DeskParts, { lastsMs, ...decide }: Approve): Promise<ApproveResult> {
  const fault = lastsMs === undefined ? undefined : durationFault(lastsMs)
  if (fault !== undefined) return { status: 'invalid', text: fault }
  const closed = await closeRequest(parts, decide, {
    state: 'approved',
    may: (request) => whyNotDecide(parts, decide, request),
    change: ({ atMs }) => ({
      decided: { ...decisionOf(decide, atMs), grant: decide.id },
      ...(lastsMs !== undefined && { lastsMs }),
    }),
  })
  if (!('request' in closed) || closed.status === 'decided') return closed
  const { status, request } = closed
  return { status, request, grant: await makeGrant(parts, request) }
}

export function deny(parts: DeskParts, decide: Decide): Promise<CloseResult> {
  return closeRequest(parts, decide, {
    state: 'denied',
    may: (request) => whyNotDecide(parts, decide, request),
    change: ({ atMs }) => ({ decided: decisionOf(decide, atMs) }),
  })
}

/** Take a request back: whoever has made it, or an administrator. */
export function withdraw(parts: DeskParts, decide: Decide): Promise<CloseResult> {
  return closeRequest(parts, decide, {
    state: 'withdrawn',
    async may({ org, value: { by } }) {
      const mine = 'admin' in decide.by || (await isOwn(parts, { org, account: by, by }, decide.by))
      return mine ? undefined : `${by} has asked for this, and takes it back.`
    },
    change: ({ atMs }) => ({ decided: decisionOf(decide, atMs) }),
  })
}

/** Approve what needs nobody's approval. */
export async function approveUnasked(
  parts: DeskParts,
  { org, id }: Pick<Decide, 'org' | 'id'>,
): Promise<Kept<'access_request'> | undefined> {
  const closed = await closeRequest(
    parts,
    { org, id, by: { admin: true } },
    {
      state: 'approved',
      by: NOBODY,
      may: async () => undefined,
      change: ({ atMs }) => ({ decided: { by: NOBODY, atMs, reason: 'It needs no approval.', grant: id } }),
    },
  )
  if (closed.status !== 'approved' && closed.status !== 'repeat') return undefined
  await makeGrant(parts, closed.request)
  return closed.request
}

async function whyNotDecide(
  parts: DeskParts,
  { by: party }: Decide,
  { org, value }: Kept<'access_request'>,
): Promise<string | undefined> {
  const { account, by, user } = value
  const wasTheirs = user !== undefined && partyName(party) === `user:${user}`
  if (wasTheirs || (await isOwn(parts, { org, account, by }, party))) {
    return `${partyName(party)} has asked for this, or would be given it: somebody else decides.`
  }
  const approval = approvalFor(value, account, await parts.tiersOf(org))
  return whyNotOfRank(parts, { org, account, approval }, party)
}

function decisionOf({ by, reason }: Decide, atMs: number): Decision {
  return { by: partyName(by), atMs, ...(reason !== undefined && { reason }) }
}
