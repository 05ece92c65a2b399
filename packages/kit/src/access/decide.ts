import type { Kept } from '../directory/record-store.ts'
import type { AccessRequest, Decision, Grant } from '../directory/records.ts'
import type { AccountId } from '../ledger/ledger.ts'
import { approvalFor } from './approval.ts'
import { isOwn, whyNotOfRank } from './deciders.ts'
import type { DeskParts } from './desk-parts.ts'
import { type Party, partyName } from './party.ts'
import { writeRaises } from './raises.ts'
import { durationFault } from './wanted.ts'

/** What is decided, by whom, and why. */
export interface Decide {
  readonly org: string
  /** Of the request. */
  readonly id: string
  readonly by: Party
  readonly reason?: string
}

export interface Approve extends Decide {
  /** Another duration than was asked for, ms. */
  readonly lastsMs?: number
}

/** `decided`: it is not open any more. `forbidden`, `invalid`: why, as a sentence. */
export type Undecided =
  | { readonly status: 'unknown' }
  | { readonly status: 'decided'; readonly request: Kept<'access_request'> }
  | { readonly status: 'forbidden' | 'invalid'; readonly text: string }

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

/** Two may decide at once; the second looks again. */
const ATTEMPTS = 5

/**
 * Give what was asked for. The decision is written first, and everything else follows from it: whoever repeats it, or comes
 * by after a crash, makes the same grant, once.
 */
export async function approve(parts: DeskParts, { lastsMs, ...decide }: Approve): Promise<ApproveResult> {
  const fault = lastsMs === undefined ? undefined : durationFault(lastsMs)
  if (fault !== undefined) return { status: 'invalid', text: fault }
  const closed = await close(parts, decide, {
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
  return close(parts, decide, {
    state: 'denied',
    may: (request) => whyNotDecide(parts, decide, request),
    change: ({ atMs }) => ({ decided: decisionOf(decide, atMs) }),
  })
}

/** Take a request back: whoever has made it, or an administrator. */
export function withdraw(parts: DeskParts, decide: Decide): Promise<CloseResult> {
  return close(parts, decide, {
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
  const closed = await close(
    parts,
    { org, id, by: { admin: true } },
    {
      state: 'approved',
      by: 'nobody',
      may: async () => undefined,
      change: ({ atMs }) => ({ decided: { by: 'nobody', atMs, reason: 'It needs no approval.', grant: id } }),
    },
  )
  if (closed.status !== 'approved' && closed.status !== 'repeat') return undefined
  await makeGrant(parts, closed.request)
  return closed.request
}

/** The grant of an approved request: all of it follows from the decision, so that it is the same whoever makes it. */
export async function makeGrant(parts: DeskParts, request: Kept<'access_request'>): Promise<Kept<'grant'>> {
  const { records } = parts
  const { org, id, value } = request
  const { account, models, tier, raise, rates, reason, lastsMs, decided } = value
  const grant: Grant = {
    account,
    ...(models && { models }),
    ...(tier !== undefined && { tier }),
    ...(raise && { raise }),
    ...(rates && { rates }),
    approvedBy: decided!.by,
    reason: decided!.reason ?? reason,
    fromMs: decided!.atMs,
    untilMs: decided!.atMs + lastsMs,
    request: id,
  }
  const actor = { by: decided!.by, reason: grant.reason }
  const { kept } = await records.put({ kind: 'grant', org, id, value: grant, ifRevision: 0 }, actor)
  if (!kept) throw new Error(`the grant ${id} could not be kept`)
  if (raise) await writeRaises(parts.books, { org, account: account as AccountId })
  return kept
}

interface Closing<State> {
  readonly state: State
  /** Who it is kept to have been, where that is not whoever decides. */
  readonly by?: string
  /** Why it may not be done, as a sentence. */
  may(request: Kept<'access_request'>): Promise<string | undefined>
  change(at: { readonly atMs: number }): Partial<AccessRequest>
}

/** Close an open request, once: whoever closes it in the same way again is told how it was. */
async function close<State extends Exclude<AccessRequest['state'], 'open'>>(
  { records, clock }: DeskParts,
  { org, id, by, reason }: Decide,
  { state, may, change, by: named = partyName(by) }: Closing<State>,
): Promise<{ readonly status: State | 'repeat'; readonly request: Kept<'access_request'> } | Undecided> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const request = await records.get('access_request', org, id)
    if (!request) return { status: 'unknown' }
    const { value, revision } = request
    if (value.state === state) return { status: 'repeat', request }
    if (value.state !== 'open') return { status: 'decided', request }
    const text = await may(request)
    if (text !== undefined) return { status: 'forbidden', text }
    const changed: AccessRequest = { ...value, ...change({ atMs: clock.now() }), state }
    const actor = { by: named, ...(reason !== undefined && { reason }) }
    const put = await records.put(
      { kind: 'access_request', org, id, value: changed, ifRevision: revision },
      actor,
    )
    if (put.status === 'changed') return { status: state, request: put.kept }
    if (put.status !== 'conflict') throw new Error(`the request ${id} cannot be changed: ${put.status}`)
  }
  throw new Error(`the request ${id} of ${org} is changed by others all the time: nothing was decided`)
}

async function whyNotDecide(
  parts: DeskParts,
  { by: party }: Decide,
  { org, value }: Kept<'access_request'>,
): Promise<string | undefined> {
  const { account, by } = value
  if (await isOwn(parts, { org, account, by }, party)) {
    return `${partyName(party)} has asked for this, or would be given it: somebody else decides.`
  }
  const approval = approvalFor(value, account, await parts.tiersOf(org))
  return whyNotOfRank(parts, { org, account, approval }, party)
}

function decisionOf({ by, reason }: Decide, atMs: number): Decision {
  return { by: partyName(by), atMs, ...(reason !== undefined && { reason }) }
}
