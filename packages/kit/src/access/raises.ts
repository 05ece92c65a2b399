import { MAX_LIMIT } from '../core/money.ts'
import { everyRecord } from '../directory/every-record.ts'
import type { Kept, RecordStore } from '../directory/record-store.ts'
import type { Grant } from '../directory/records.ts'
import type { AccountId, Ledger, Raise } from '../ledger/ledger.ts'
import { isActive } from './grants.ts'

/**
 * The books hold one raise for each budget: the sum of its grants, until the first of them ends. So much before that end,
 * ms, the one that ends is left out of the sum, so that the others are never missed while somebody writes down what is
 * left.
 */
export const HANDOVER_MS = 1_000

/** Several may change an account's grants at the same time; so often in a row they do not. */
const ATTEMPTS = 10

/**
 * By how much a budget is raised now, by all grants of its account together, and until when: the first of them ends then.
 */
export function raiseBy(grants: readonly Grant[], budget: string, nowMs: number): Raise | undefined {
  const active = grants.filter((grant) => grant.raise?.budget === budget && isActive(grant, nowMs))
  const lasting = active.filter(({ untilMs }) => untilMs - nowMs > HANDOVER_MS)
  const counted = lasting.length > 0 ? lasting : active
  if (counted.length === 0) return undefined
  const amount = counted.reduce((sum, { raise }) => sum + raise!.nanoUsd, 0)
  return { amount: Math.min(amount, MAX_LIMIT), untilMs: Math.min(...counted.map(({ untilMs }) => untilMs)) }
}

/**
 * When the raises of an account are to be written down again, ms since the epoch; undefined when all that is written ends
 * by itself.
 */
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
 * Write down in the books by how much an account's budgets are raised. A raise is written as a whole, in place of the one
 * before, so that anybody may repeat this at any time: what was approved and never written is written by whoever comes
 * next, once. Grants that others change meanwhile are looked at again before this resolves.
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
