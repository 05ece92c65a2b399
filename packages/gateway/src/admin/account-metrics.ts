import { nanoToUsd } from '@tollgate/kit/core'
import { type AccountState, type Ledger, METRICS, type Standing } from '@tollgate/kit/ledger'
import { Gauge, type Registry } from 'prom-client'

/**
 * How many accounts have series of their own. A scrape stays small however many users there are: those who spent most
 * are shown, and how many are not.
 */
const MAX_ACCOUNTS = 1000

/**
 * Where accounts and their budgets stand, those of one org or of every org in the books: two of them may have one of the
 * same name. The answer reads them from the books: once a scrape, and never on a request's way.
 */
export function accountMetrics(registry: Registry, ledger: Ledger, org?: string): () => Promise<void> {
  const registers = [registry]
  const all = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['account', 'org'], registers })
  const spent = all('tollgate_spend_usd', 'Settled charges of an account, all time, in USD.')
  const reserved = all('tollgate_reserved_usd', 'What running requests of an account hold, in USD.')
  const unconfirmed = all(
    'tollgate_unconfirmed_usd',
    'Charges of expired reservations that nobody has confirmed, in USD.',
  )
  const omitted = new Gauge({
    name: 'tollgate_accounts_omitted',
    help: `Accounts without series of their own: those beyond the ${MAX_ACCOUNTS} that spent most.`,
    registers,
  })
  const ofBudget = METRICS.map((metric) => {
    const labelNames = ['account', 'budget', 'window', 'org']
    const limit = { name: `tollgate_limit_${metric}`, help: `Limit of a budget, in ${unitOf(metric)}.` }
    const remaining = {
      name: `tollgate_remaining_${metric}`,
      help: `What a budget has left, in ${unitOf(metric)}.`,
    }
    return [
      metric,
      {
        limit: new Gauge({ ...limit, labelNames, registers }),
        remaining: new Gauge({ ...remaining, labelNames, registers }),
      },
    ] as const
  })
  const gauges = new Map(ofBudget)

  return async function collect() {
    const accounts = await ledger.accounts(org)
    const shown = biggest(accounts)
    for (const gauge of [spent, reserved, unconfirmed]) gauge.reset()
    for (const { limit, remaining } of gauges.values()) {
      limit.reset()
      remaining.reset()
    }
    omitted.set(accounts.length - shown.length)
    for (const state of shown) show(state)
  }

  function show({ org, account, budgets, ...state }: AccountState): void {
    spent.set({ account, org }, usd(state.spent))
    reserved.set({ account, org }, usd(state.reserved))
    unconfirmed.set({ account, org }, usd(state.unconfirmed))
    for (const { budget, metric, window, ...standing } of budgets) {
      const { limit, remaining } = gauges.get(metric)!
      limit.set({ account, budget, window, org }, inUnit(metric, standing.limit))
      remaining.set({ account, budget, window, org }, inUnit(metric, standing.remaining))
    }
  }
}

function biggest(accounts: readonly AccountState[]): readonly AccountState[] {
  if (accounts.length <= MAX_ACCOUNTS) return accounts
  return [...accounts].sort((a, b) => b.spent + b.reserved - a.spent - a.reserved).slice(0, MAX_ACCOUNTS)
}

function unitOf(metric: Standing['metric']): string {
  return metric === 'usd' ? 'USD' : metric
}

function inUnit(metric: Standing['metric'], value: number): number {
  return metric === 'usd' ? usd(value) : value
}

/** Prometheus knows only floats: the figure nearest to the books' own decimal text. */
function usd(nano: number): number {
  return Number(nanoToUsd(nano))
}
