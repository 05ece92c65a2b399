import { systemClock } from '../core/clock.ts'
import { everyRecord } from '../directory/every-record.ts'
import type { Kept, RecordStore } from '../directory/record-store.ts'
import type { AccountId } from '../ledger/ledger.ts'
import type { KnownTiers } from './approval.ts'
import { type Ask, type AskResult, keepRequest } from './ask.ts'
import type { Decide } from './close-request.ts'
import {
  type Approve,
  type ApproveResult,
  approve,
  approveUnasked,
  type CloseResult,
  deny,
  withdraw,
} from './decide.ts'
import type { AccessDeskOptions, DeskParts } from './desk-parts.ts'
import { makeGrant } from './make-grant.ts'
import { type RaisedBooks, writeRaises } from './raises.ts'
import { type Revoke, type RevokeResult, revoke } from './revoke.ts'

/**
 * Where access is asked for and given: models outside one's tier, another tier, more money, higher rates, always until an
 * instant. Refusals are values, with a sentence for whoever asks; a rejected promise means that a store is broken, and
 * that the same may be said again: everything here may be repeated.
 */
export interface AccessDesk {
  /** Ask. What needs nobody's approval is given at once. */
  ask(ask: Ask): Promise<AskResult>
  approve(approve: Approve): Promise<ApproveResult>
  deny(decide: Decide): Promise<CloseResult>
  withdraw(decide: Decide): Promise<CloseResult>
  /** End a grant before its time. */
  revoke(revoke: Revoke): Promise<RevokeResult>
  requests(org: string): Promise<readonly Kept<'access_request'>[]>
  grants(org: string): Promise<readonly Kept<'grant'>[]>
  /** Finish what a crash has left half done: approvals without their grant, grants that the books have not heard of. */
  mend(org: string): Promise<void>
}

/**
 * The desk over a directory's records and the books.
 *
 * @example
 * const desk = accessDesk({ records: directory.records, ledger })
 * await desk.ask({ org: 'acme', account: 'team:marketing', by: { user: 'ada' }, raise: { nanoUsd: nanoUsd(50e9) }, reason: 'launch week', lastsMs: 604_800_000 })
 */
export function accessDesk({
  records,
  ledger,
  tiersOf = (org) => tiersIn(records, org),
  keyOwner = () => undefined,
  clock = systemClock,
}: AccessDeskOptions): AccessDesk {
  const books: RaisedBooks = { records, ledger, now: () => clock.now() }
  const parts: DeskParts = { records, ledger, tiersOf, keyOwner, clock, books }
  return {
    async ask(ask) {
      const result = await keepRequest(parts, ask)
      const waits = (result.status === 'open' || result.status === 'repeat') && result.approval === 'none'
      if (!waits || result.request.value.state !== 'open') return result
      const approved = await approveUnasked(parts, result.request)
      return approved ? { status: 'approved', request: approved, approval: 'none' } : result
    },
    approve: (command) => approve(parts, command),
    deny: (command) => deny(parts, command),
    withdraw: (command) => withdraw(parts, command),
    revoke: (command) => revoke(parts, command),
    requests: (org) => everyRecord(records, 'access_request', org),
    grants: (org) => everyRecord(records, 'grant', org),
    mend: (org) => mend(parts, org),
  }
}

async function mend(parts: DeskParts, org: string): Promise<void> {
  const { records, clock, books } = parts
  const grants = await everyRecord(records, 'grant', org)
  const known = new Set(grants.map(({ id }) => id))
  for (const request of await everyRecord(records, 'access_request', org)) {
    const { state, decided, lastsMs } = request.value
    const lasts = decided !== undefined && decided.atMs + lastsMs > clock.now()
    if (state === 'approved' && lasts && !known.has(request.id)) await makeGrant(parts, request)
  }
  const raised = grants.filter(({ value }) => value.raise && value.untilMs > clock.now())
  for (const account of new Set(raised.map(({ value }) => value.account as AccountId))) {
    await writeRaises(books, { org, account })
  }
}

async function tiersIn(records: RecordStore, org: string): Promise<KnownTiers> {
  const tiers = await everyRecord(records, 'tier', org)
  return new Map(tiers.map(({ id, value }) => [id, value]))
}
