import { MAX_LIMIT } from '../core/money.ts'
import { everyRecord } from '../directory/every-record.ts'
import type { Kept, RecordStore } from '../directory/record-store.ts'
import type { Grant } from '../directory/records.ts'
import type { AccountId, Ledger, Raise } from '../ledger/ledger.ts'
import { isActive } from './grants.ts'

/**
 * The books hold one raise a budget. Of several that overlap, the one that ends first gives way so much before its end,
 * ms, so that the others need not be missed while somebody writes down what is left of them.
 */
export const HANDOVER_MS = 1_000

/** Several may change an account's grants at the same time; so often in a row they do not. */
const ATTEMPTS = 10

/** What raises a budget now, by the grants of its account: all of them together, until the first of them ends. */
export function raiseBy(grants: readonly Grant[], budget: string, nowMs: number): Raise | undefined {
  const active = grants.filter((grant) => grant.raise?.budget === budget && isActive(grant, nowMs))
  const lasting = active.filter(({ untilMs }) => untilMs - nowMs > HANDOVER_MS)
  const counted = lasting.length > 0 ? lasting : active
  if (counted.length === 0) return undefined
  const amount = counted.reduce((sum, { raise }) => sum + raise!.nanoUsd, 0)
  return { amount: Math.min(amount, MAX_LIMIT), untilMs: Math.min(...counted.map(({ untilMs }) => untilMs)) }
}

/** When what raises an account's budgets is to be written down again, ms; undefined while all of it ends by itself. */
export function nextHandoverMs(grants: readonly Grant[], nowMs: number): number | undefined {
  const ahead = grants.filter((grant) => grant.raise && !grant.revoked && grant.untilMs > nowMs)
  const begin = ahead.map(({ fromMs }) => fromMs).filter((fromMs) => fromMs > nowMs)
  const ends = [...Map.groupBy(ahead, ({ raise }) => raise!.budget).values()].flatMap((ofOne) => {
    const last = Math.max(...ofOne.map(({ untilMs }) => untilMs))
    return ofOne.map(({ untilMs }) => untilMs - HANDOVER_MS).filter((atMs) => atMs < last - HANDOVER_MS)
  })
  const due = [...begin, ...ends.map((atMs) => Math.max(atMs, nowMs))]
  return due.length === 0 ? undefined : Math.min(...due)
}

export interface RaisedBooks {
  readonly records: Pick<RecordStore, 'list'>
  readonly ledger: Pick<Ledger, 'raise'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** An account of an org, none of whose grants are in the books, or all of them. */
export interface RaisedAccount {
  readonly org: string
  readonly account: AccountId
}

/**
 * Write down in the books what raises an account's budgets by now. It says all of it and adds nothing to what is there, so
 * that it may be repeated by anybody, at any time: what was approved and never written is written by whoever comes next,
 * once. Grants that others change meanwhile are looked at again before it ends.
 *
 * @returns budgets that the account does not have, or not yet: a user's account is made with the first call.
 */
export async function writeRaises(
  { records, ledger, now }: RaisedBooks,
  { org, account }: RaisedAccount,
): Promise<readonly string[]> {
  let grants = await raisesOf(records, org, account)
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const missing = await writeOnce({ ledger, now }, { org, account }, grants)
    const again = await raisesOf(records, org, account)
    if (isSame(grants, again)) return missing
    grants = again
  }
  throw new Error(
    `the grants of ${account} of ${org} are changed by others all the time: its budgets were not raised`,
  )
}

async function writeOnce(
  { ledger, now }: Pick<RaisedBooks, 'ledger' | 'now'>,
  { org, account }: RaisedAccount,
  grants: readonly Kept<'grant'>[],
): Promise<readonly string[]> {
  const values = grants.map(({ value }) => value)
  const budgets = [...new Set(values.map(({ raise }) => raise!.budget))]
  const missing: string[] = []
  for (const budget of budgets) {
    const raise = raiseBy(values, budget, now())
    const { status } = await ledger.raise({ org, account, budget, ...(raise && { raise }) })
    if (status === 'no_account' || status === 'no_budget') missing.push(budget)
  }
  return missing
}

async function raisesOf(
  records: Pick<RecordStore, 'list'>,
  org: string,
  account: AccountId,
): Promise<readonly Kept<'grant'>[]> {
  const all = await everyRecord(records, 'grant', org)
  return all.filter(({ value }) => value.account === account && value.raise)
}

function isSame(one: readonly Kept<'grant'>[], other: readonly Kept<'grant'>[]): boolean {
  const text = (grants: readonly Kept<'grant'>[]) =>
    grants.map(({ id, revision }) => `${id} ${revision}`).join()
  return text(one) === text(other)
}
