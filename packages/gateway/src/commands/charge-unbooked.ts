import type { AccountId, Amounts, Correction, LateCharge, Metric, UnbookedSettle } from '@tollgate/kit/ledger'
import { correctionPrefix, METRICS } from '@tollgate/kit/ledger'
import type { CommandStore } from '../store/store.ts'

/**
 * Charge a settle that belongs to no reservation to an account and to those above it: in all, and in the window of each
 * budget in which the books were first told of it, since no later window is to pay for it. What was booked of it before
 * is taken into account: where it is told anew at another amount, the difference is charged; where it is repeated after a
 * failure, what is missing.
 *
 * @param path outermost first; the last of them is the account that the charge is for.
 * @returns what had been booked of it before, nano-USD.
 * @throws Error, with nothing booked, where another account is charged with it, or the books do not know the account.
 */
export async function chargeUnbooked(
  { ledger, unbooked }: Pick<CommandStore, 'ledger' | 'unbooked'>,
  settle: UnbookedSettle,
  path: readonly AccountId[],
): Promise<number> {
  const { org, id, basis, actual, atMs } = settle
  const to = path.at(-1)!
  const reason = `${chargeTo(id)}${to}`
  const booked = await unbooked.corrections(org, id)
  refuseAnother(id, reason, booked)
  const correction = `${correctionPrefix(id)}${basis} ${actual.usd} ${actual.tokens} ${actual.requests}`
  const missing = (account: AccountId, budget: string, metric: Metric) =>
    actual[metric] - sumOf(booked, account, budget)

  // By its id it comes once, whomever it is for: so of two who charge the same at once one finds the other's.
  const delta = missing(to, 'total', 'usd')
  const charge = { path, amounts: beyond(actual, booked) }
  const { status } = await ledger.adjust({
    org,
    id: correction,
    account: to,
    budget: 'total',
    delta,
    reason,
    atMs,
    charge,
  })
  if (status === 'no_account') throw new Error(`${to} is not in the books of ${org}: nothing was charged`)
  if (status === 'repeat') refuseAnother(id, reason, await unbooked.corrections(org, id))

  for (const { account, budgets } of await ledger.read(org, path)) {
    const counters = [{ budget: 'total', metric: 'usd' } as const, ...budgets]
    for (const { budget, metric } of counters) {
      const delta = missing(account, budget, metric)
      if (delta === 0 || (account === to && budget === 'total')) continue
      const id = `${correction} ${account} ${budget}`
      await ledger.adjust({ org, id, account, budget, delta, reason, atMs })
    }
  }
  return sumOf(booked, to, 'total')
}

/** What reports have not been told of yet. */
function beyond(actual: Amounts, booked: readonly Correction[]): LateCharge['amounts'] {
  const told = (metric: Metric) => booked.reduce((sum, { charged }) => sum + (charged?.[metric] ?? 0), 0)
  const [usd, tokens, requests] = METRICS.map((metric) => actual[metric] - told(metric))
  return { usd: usd!, tokens: tokens!, requests: requests! }
}

const chargeTo = (id: string) => `unbooked ${id} to `

function refuseAnother(id: string, reason: string, booked: readonly Correction[]): void {
  const other = booked.find((correction) => correction.reason !== reason)
  if (!other) return
  const to = other.reason.slice(chargeTo(id).length)
  throw new Error(`${id} is charged to ${to} in part: say --to ${to}`)
}

function sumOf(booked: readonly Correction[], account: AccountId, budget: string): number {
  return booked
    .filter((correction) => correction.account === account && correction.budget === budget)
    .reduce((sum, { delta }) => sum + delta, 0)
}
