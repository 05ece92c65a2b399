import { MAX_AMOUNT, MAX_LIMIT } from '../core/money.ts'
import { isAccountId } from './account-id.ts'
import {
  type AccountId,
  type AccountPage,
  type Adjust,
  type Amounts,
  type Budget,
  type Extend,
  type Heartbeat,
  METRICS,
  type Raise,
  type RaiseBudget,
  type Reserve,
  type Settle,
} from './ledger.ts'
import { WINDOWS, windowAt } from './windows.ts'

/**
 * What every ledger refuses at its door, as a RangeError, before anything is queued or sent: a command that is wrong is
 * its caller's mistake, and must not reach the books of everybody else.
 */

/** Accounts on one path. */
const MAX_PATH = 8
/** Longer names are a mistake or an attack; they would be stored with every reservation. */
const MAX_NAME = 512
/** Of a limit, to be told of in one settle. */
const MAX_PERCENTAGES = 10
/** A reservation nobody has heard of for a day is dead. Records live longer than any reservation that may refer to them. */
const MAX_TTL_MS = 86_400_000

export function checkReserve({ org, id, path, min, want, bound, ttlMs, owner }: Reserve): void {
  checkId(org, id)
  if (path.length < 1 || path.length > MAX_PATH) {
    throw new RangeError(`a path has 1 to ${MAX_PATH} accounts, not ${path.length}`)
  }
  for (let at = 0; at < path.length; at++) {
    checkAccount(org, path[at]!)
    if (path.indexOf(path[at]!) !== at) throw new RangeError(`${path[at]} is on the path twice`)
  }
  checkRange(min, want)
  if (bound !== 'proven' && bound !== 'soft') throw new RangeError(`"${bound}" is not a bound: proven, soft`)
  checkTtl(ttlMs)
  checkName('owner', owner)
}

export function checkExtend({ org, id, min, want, consumed, ttlMs }: Extend): void {
  checkId(org, id)
  checkRange(min, want)
  checkAmounts(consumed)
  checkTtl(ttlMs)
}

export function checkHeartbeat(org: string, beats: readonly Heartbeat[], ttlMs: number): void {
  checkOrg(org)
  checkTtl(ttlMs)
  for (const { id, observed } of beats) {
    checkName('id', id)
    checkAmounts(observed)
  }
}

export function checkSettle({ org, id, actual, basis, alertAt = [] }: Settle): void {
  checkId(org, id)
  checkAmounts(actual)
  checkPercentages(alertAt)
  if (basis !== 'exact' && basis !== 'estimated') {
    throw new RangeError(`"${basis}" is not a basis: exact, estimated`)
  }
}

function checkPercentages(percentages: readonly number[]): void {
  if (percentages.length > MAX_PERCENTAGES) {
    throw new RangeError(`${percentages.length} percentages: ${MAX_PERCENTAGES} at most`)
  }
  for (const percent of percentages) {
    if (!Number.isInteger(percent) || percent < 1 || percent > 200) {
      throw new RangeError(`${percent} is not a percentage of a limit: a whole number from 1 to 200`)
    }
  }
}

export function checkAdjust({ org, id, account, budget, delta, reason, atMs, charge }: Adjust): void {
  checkId(org, id)
  checkAccount(org, account)
  checkName('budget', budget)
  checkName('reason', reason)
  checkDelta(delta)
  if (atMs !== undefined && !Number.isSafeInteger(atMs)) {
    throw new RangeError(`${atMs} is not a time: milliseconds since the epoch`)
  }
  if (!charge) return
  checkRead(org, charge.path)
  for (const metric of METRICS) checkDelta(charge.amounts[metric])
}

function checkDelta(delta: number): void {
  if (Number.isSafeInteger(delta) && Math.abs(delta) <= MAX_AMOUNT) return
  throw new RangeError(`${delta} is not a correction: an integer from −2^50 to 2^50`)
}

export function checkProvision(org: string, account: AccountId, budgets: readonly Budget[]): void {
  checkOrg(org)
  checkAccount(org, account)
  checkBudgets(account, budgets)
}

export function checkRaiseBudget({ org, account, budget, raise }: RaiseBudget): void {
  checkOrg(org)
  checkAccount(org, account)
  checkName('budget', budget)
  if (raise) checkRaise(0, raise)
}

/** @param owner whose budgets they are, for the error's sentence. */
export function checkBudgets(owner: string, budgets: readonly Budget[]): void {
  const ids = new Set<string>()
  for (const budget of budgets) {
    checkBudget(budget)
    if (ids.has(budget.id)) throw new RangeError(`${owner} has two budgets "${budget.id}"`)
    ids.add(budget.id)
  }
}

export function checkBudget({ id, metric, window, timeZone, anchorDay, limit, mode, raise }: Budget): void {
  checkName('budget', id)
  if (id === 'total')
    throw new RangeError('"total" is the counter that every account has: name the budget differently')
  if (!METRICS.includes(metric)) throw new RangeError(`"${metric}" is not a metric: ${METRICS.join(', ')}`)
  if (!WINDOWS.includes(window)) throw new RangeError(`"${window}" is not a window: ${WINDOWS.join(', ')}`)
  if (anchorDay !== undefined && !(Number.isInteger(anchorDay) && anchorDay >= 1 && anchorDay <= 28)) {
    throw new RangeError(`${anchorDay} is not a day that every month has: 1 to 28`)
  }
  if (!Number.isSafeInteger(limit) || limit < 0 || limit > MAX_LIMIT) {
    throw new RangeError(`${limit} is not a limit: an integer from 0 to 2^52`)
  }
  if (mode !== 'hard' && mode !== 'soft') throw new RangeError(`"${mode}" is not a mode: hard, soft`)
  if (raise) checkRaise(limit, raise)
  windowAt(0, window, timeZone, anchorDay)
}

function checkRaise(limit: number, { amount, untilMs }: Raise): void {
  if (!Number.isSafeInteger(amount) || amount < 0 || limit + amount > MAX_LIMIT) {
    throw new RangeError(`${amount} does not raise a limit of ${limit}: an integer, up to 2^52 together`)
  }
  if (!Number.isSafeInteger(untilMs) || untilMs < 0) {
    throw new RangeError(`${untilMs} is not the end of a raise: milliseconds since the epoch`)
  }
}

export function checkRead(org: string, accounts: readonly AccountId[]): void {
  checkOrg(org)
  for (const account of accounts) checkAccount(org, account)
}

export function checkPage(org: string | undefined, { after = '', limit }: AccountPage): void {
  if (org === undefined) throw new RangeError('a page of accounts is of one org')
  checkOrg(org)
  if (typeof after !== 'string') throw new RangeError(`${after} is no name that a page could begin after`)
  if (Number.isSafeInteger(limit) && limit >= 1) return
  throw new RangeError(`a page has 1 account or more, not ${limit}`)
}

/** Of the accounts of kind `org` the books of an org have one, its own: another's there would be counted for nobody. */
function checkAccount(org: string, account: AccountId): void {
  if (typeof account !== 'string' || account.length > MAX_NAME || !isAccountId(account)) {
    throw new RangeError(`"${account}" is not an account: org:…, team:…, project:…, user:… or key:…`)
  }
  if (account.startsWith('org:') && account !== `org:${org}`) {
    throw new RangeError(`${account} is not in the books of the org ${org}`)
  }
}

function checkOrg(org: string): void {
  checkName('org', org)
}

/** A reservation is named by its org and its id. */
export function checkId(org: string, id: string): void {
  checkOrg(org)
  checkName('id', id)
}

function checkName(what: string, name: string): void {
  if (typeof name !== 'string' || name.length < 1 || name.length > MAX_NAME) {
    throw new RangeError(`"${name}" is not the ${what} of anything: 1 to ${MAX_NAME} characters`)
  }
}

function checkTtl(ttlMs: number): void {
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1 || ttlMs > MAX_TTL_MS) {
    throw new RangeError(`${ttlMs} is not a life of a reservation: 1 ms to a day`)
  }
}

function checkRange(min: Amounts, want: Amounts): void {
  checkAmounts(min)
  checkAmounts(want)
  if (min.usd > want.usd || min.tokens > want.tokens || min.requests > want.requests) {
    throw new RangeError('min is more than want')
  }
}

function checkAmounts(amounts: Amounts): void {
  checkAmount('usd', amounts.usd)
  checkAmount('tokens', amounts.tokens)
  checkAmount('requests', amounts.requests)
}

function checkAmount(metric: string, amount: number): void {
  if (!Number.isSafeInteger(amount) || amount < 0 || amount > MAX_AMOUNT) {
    throw new RangeError(`${amount} is not an amount of ${metric}: an integer from 0 to 2^50`)
  }
}
