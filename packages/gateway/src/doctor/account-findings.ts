import { showUsd } from '@tollgate/kit/core'
import type { AccountId, AccountState, Budget, NoAccountReason, Standing } from '@tollgate/kit/ledger'
import type { Finding } from './finding.ts'

/** The accounts of a config, with the budgets that a start gives them. */
export type WantedBudgets = ReadonlyMap<AccountId, readonly Budget[]>

export interface AccountsSeen {
  readonly wanted: WantedBudgets
  /** Where the books have them. */
  readonly states: readonly AccountState[]
  /** Those that the books have not. */
  readonly missing: ReadonlyMap<AccountId, Exclude<NoAccountReason, 'too_many'>>
}

/** Whether the books have the accounts that the config names, with its budgets. */
export function accountFindings({ wanted, states, missing }: AccountsSeen): readonly Finding[] {
  const unknown = [...missing].filter(([, reason]) => reason === 'unknown').map(([account]) => account)
  const gone = [...missing].filter(([, reason]) => reason === 'gone').map(([account]) => account)
  const other = states.filter(
    ({ account, budgets }) => !missing.has(account) && !isAsWanted(budgets, wanted.get(account)!),
  )
  const findings = [...lostAccounts(gone), ...otherBudgets(other, wanted), ...newAccounts(unknown)]
  if (findings.length > 0) return findings
  return [found('note', 'The accounts of the config are in the books, with its budgets.')]
}

function newAccounts(accounts: readonly AccountId[]): Finding[] {
  if (accounts.length === 0) return []
  const text = `The books have no account ${listed(accounts)}: the next start of a gateway with this config makes what is missing. Until then its requests are refused.`
  return [found('note', text)]
}

function lostAccounts(accounts: readonly AccountId[]): Finding[] {
  if (accounts.length === 0) return []
  const text = `The books have lost the limits of ${listed(accounts)}, and what was spent there: its requests are refused. Restore the books; or start a gateway, which gives its accounts the budgets of its config, and nothing spent.`
  return [found('warn', text)]
}

function otherBudgets(states: readonly AccountState[], wanted: WantedBudgets): Finding[] {
  const [first] = states
  if (!first) return []
  const { account, budgets } = first
  const names = listed(states.map((state) => state.account))
  const text = `The books have other budgets than the config for ${names} (${account}: ${said(budgets)}; the config says ${said(wanted.get(account)!)}). The next start of a gateway with this config replaces them; what was spent still counts.`
  return [found('warn', text)]
}

const found = (level: Finding['level'], text: string): Finding => ({ check: 'accounts', level, text })

/** The first of them; never more than a line of names. */
function listed([first, ...others]: readonly AccountId[]): string {
  return others.length === 0 ? `${first}` : `${first} and ${others.length} more`
}

type Limit = Pick<Standing, 'metric' | 'window' | 'limit'>

function isAsWanted(kept: readonly (Limit & Pick<Standing, 'budget'>)[], wanted: readonly Budget[]): boolean {
  const namesOf = (budgets: readonly (Limit & { readonly name: string })[]) =>
    budgets.map(({ name, metric, window, limit }) => `${name} ${metric} ${window} ${limit}`).join()
  const asKept = kept.map(({ budget: name, ...limit }) => ({ name, ...limit }))
  return namesOf(asKept) === namesOf(wanted.map(({ id: name, ...limit }) => ({ name, ...limit })))
}

function said(budgets: readonly Limit[]): string {
  if (budgets.length === 0) return 'none'
  return budgets
    .map(({ metric, window, limit }) => {
      const amount = metric === 'usd' ? showUsd(limit) : `${limit} ${metric}`
      return window === 'total' ? `${amount} in all` : `${amount} a ${window}`
    })
    .join(', ')
}
