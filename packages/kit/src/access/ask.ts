import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { MAX_LIMIT, type NanoUsd } from '../core/money.ts'
import { everyRecord } from '../directory/every-record.ts'
import type { Kept } from '../directory/record-store.ts'
import type { AccessRequest, Wanted } from '../directory/records.ts'
import { isAccountId } from '../ledger/account-id.ts'
import type { AccountId, Budget } from '../ledger/ledger.ts'
import { isThere } from './account-there.ts'
import { type Approval, approvalFor } from './approval.ts'
import type { DeskParts } from './desk-parts.ts'
import { NOBODY, type Party, partyName } from './party.ts'
import { faultIn } from './wanted.ts'

/** What somebody asks for. */
export interface Ask extends Omit<Wanted, 'raise'> {
  readonly org: string
  /** Made by whoever asks, so that asking again is not asking twice; otherwise it is given one. */
  readonly id?: string
  /** For whom: `key:…`, `user:…`, `project:…`, `team:…`. */
  readonly account: string
  readonly by: Party
  readonly reason: string
  /** How long it should last, from the approval on, ms. */
  readonly lastsMs: number
  /** Where the account has one budget in USD, that one is meant. */
  readonly raise?: { readonly nanoUsd: NanoUsd; readonly budget?: string }
}

/**
 * `invalid`: what cannot be asked for, in a sentence. `no_account`: there is nobody of that name. `conflict`: the id is that of
 * another request.
 */
export type AskResult =
  | {
      readonly status: 'open' | 'approved' | 'repeat'
      readonly request: Kept<'access_request'>
      /** Whose approval it takes. */
      readonly approval: Approval
    }
  | { readonly status: 'invalid'; readonly text: string }
  | { readonly status: 'no_account'; readonly text: string }
  | { readonly status: 'conflict'; readonly request: Kept<'access_request'> }

/**
 * How many requests of one asker may wait to be decided on, or be given unasked within a day. More is a loop, and whoever
 * decides would have to read all of it.
 */
const MAX_OPEN = 20
const DAY_MS = 86_400_000
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const KINDS = /^(?:key|user|project|team):/

/** Keep a request, so that somebody can decide on it. */
export async function keepRequest(parts: DeskParts, ask: Ask): Promise<AskResult> {
  const { records, clock, tiersOf, keyOwner } = parts
  const { org, by, account, reason, lastsMs, models, tier, rates, raise, id = randomUUID().slice(0, 8) } = ask
  const invalid = (text: string): AskResult => ({ status: 'invalid', text })
  if (!KINDS.test(account) || !isAccountId(account)) {
    return invalid(`"${account}" is nobody that access is given to: key:…, user:…, project:… or team:….`)
  }
  if (!ID.test(id))
    return invalid(`"${id}" cannot be the id of a request: letters, digits, ".", "_" and "-".`)
  if (!(await isThere(parts, org, account))) {
    return { status: 'no_account', text: `There is no account ${account}.` }
  }
  const tiers = await tiersOf(org)
  if (tier !== undefined && !tiers.has(tier)) {
    return invalid(`There is no tier "${tier}"${tiers.size > 0 ? `: ${[...tiers.keys()].join(', ')}` : ''}.`)
  }
  const raised = raise && (await budgetToRaise(parts, { org, account, ...raise }))
  if (typeof raised === 'string') return invalid(raised)
  const wanted: Wanted = {
    ...(models && { models }),
    ...(tier !== undefined && { tier }),
    ...(raised && { raise: raised }),
    ...(rates && { rates }),
  }
  const fault = faultIn({ ...wanted, reason, lastsMs })
  if (fault !== undefined) return invalid(fault)

  const approval = approvalFor(wanted, account, tiers)
  const name = partyName(by)
  const made = { account, by: name, reason, lastsMs, ...wanted }
  const known = await records.get('access_request', org, id)
  if (known)
    return isSame(known.value, made) ? repeated(known, approval) : { status: 'conflict', request: known }
  if (await hasTooMany(parts, org, name)) {
    return invalid(
      `${name} has ${MAX_OPEN} requests open, or given today without approval: withdraw one, or wait until one is decided on.`,
    )
  }
  const user = account.startsWith('key:')
    ? (await keyOwner(org, account.slice('key:'.length)))?.user
    : undefined
  const whose = user !== undefined && { user }
  const value: AccessRequest = { ...made, ...whose, askedAtMs: clock.now(), state: 'open' }
  const put = await records.put(
    { kind: 'access_request', org, id, value, ifRevision: 0 },
    { by: name, reason },
  )
  if (put.status === 'created') return { status: 'open', request: put.kept, approval }
  if (!put.kept) throw new Error(`the request ${id} could not be kept: the directory answers ${put.status}`)
  return isSame(put.kept.value, made)
    ? repeated(put.kept, approval)
    : { status: 'conflict', request: put.kept }
}

function repeated(request: Kept<'access_request'>, approval: Approval): AskResult {
  return { status: 'repeat', request, approval }
}

/** Which budget is meant, or why none is, as a sentence. */
async function budgetToRaise(
  { ledger }: DeskParts,
  {
    org,
    account,
    nanoUsd,
    budget: id,
  }: {
    readonly org: string
    readonly account: AccountId
    readonly nanoUsd: NanoUsd
    readonly budget?: string
  },
): Promise<NonNullable<Wanted['raise']> | string> {
  const [given] = await ledger.budgetsOf(org, [account])
  const inUsd = (given ?? []).filter(({ metric }) => metric === 'usd')
  const names = inUsd.map((budget) => budget.id).join(', ')
  if (!given) return `${account} has no budgets in the books: one is made with its first call.`
  if (inUsd.length === 0) return `${account} has no budget in USD that could be raised.`
  if (id === undefined && inUsd.length > 1)
    return `${account} has several budgets in USD, say which: ${names}.`
  const meant: Budget | undefined = id === undefined ? inUsd[0] : inUsd.find((budget) => budget.id === id)
  if (!meant) return `${account} has no budget "${id}" in USD: ${names}.`
  if (meant.limit + nanoUsd > MAX_LIMIT) return 'This is more than the books can count.'
  return { budget: meant.id, nanoUsd }
}

/** Whether it is the same that is asked for again. */
function isSame(
  { askedAtMs: _, state: _state, decided: _decided, user: _user, ...had }: AccessRequest,
  made: object,
): boolean {
  return isDeepStrictEqual(had, made)
}

async function hasTooMany({ records, clock }: DeskParts, org: string, name: string): Promise<boolean> {
  const sinceMs = clock.now() - DAY_MS
  const counts = ({ by, state, decided, askedAtMs }: AccessRequest) =>
    by === name && (state === 'open' || (decided?.by === NOBODY && askedAtMs > sinceMs))
  const all = await everyRecord(records, 'access_request', org)
  return all.filter(({ value }) => counts(value)).length >= MAX_OPEN
}
