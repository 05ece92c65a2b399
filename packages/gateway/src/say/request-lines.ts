import type { AuditRecord, AuditSink } from '@tollgate/kit/audit'
import type { AccountId, AccountState, Ledger } from '@tollgate/kit/ledger'
import { requestLine } from './request-line.ts'

/**
 * A line for each record, as it comes from the trail: after the answer, and never on its way. What a caller has left is
 * read from the books once a batch, and is what it is then.
 */
export function requestLines(output: (line: string) => void, ledger: Ledger): AuditSink {
  return {
    name: 'console',
    async write(records) {
      const accounts = [...new Set(records.flatMap(accountsOf))]
      const states = accounts.length > 0 ? await ledger.read(accounts) : []
      const left = new Map(states.map((state) => [state.account, leftOf(state)]))
      for (const record of records) output(requestLine(record, tightest(accountsOf(record), left)))
    },
  }
}

/** Who pays, where anything was to be paid. */
function accountsOf({ reservedNanoUsd, org, team, project, user, key }: AuditRecord): AccountId[] {
  if (reservedNanoUsd === null) return []
  const owners = { org, team, project, user, key }
  return Object.entries(owners).flatMap(([kind, id]) => (id === null ? [] : [`${kind}:${id}` as AccountId]))
}

function leftOf({ budgets }: AccountState): number | undefined {
  const left = budgets.filter(({ metric }) => metric === 'usd').map(({ remaining }) => remaining)
  return left.length > 0 ? Math.min(...left) : undefined
}

function tightest(
  accounts: readonly AccountId[],
  left: ReadonlyMap<AccountId, number | undefined>,
): number | undefined {
  const known = accounts.map((account) => left.get(account)).filter((each) => each !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}
