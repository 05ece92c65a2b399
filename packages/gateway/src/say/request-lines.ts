import type { AuditRecord, AuditSink } from '@tollgate/kit/audit'
import type { AccountId, AccountState, Ledger } from '@tollgate/kit/ledger'
import { requestLine } from './request-line.ts'

/**
 * A line for each record, as it comes from the trail: after the answer, and never on its way. What a caller has left is
 * read from the books once a batch, and counted back from there to each of its requests.
 */
export function requestLines(output: (line: string) => void, ledger: Ledger): AuditSink {
  return {
    name: 'console',
    async write(records) {
      const accounts = [...new Set(records.flatMap(payersOf))]
      const states = accounts.length > 0 ? await ledger.read(accounts) : []
      for (const line of linesOf(records, states)) output(line)
    },
  }
}

function linesOf(records: readonly AuditRecord[], states: readonly AccountState[]): string[] {
  const left = new Map(states.map((state) => [state.account, leftOf(state)]))
  const backwards = records.toReversed().map((record) => {
    const payers = payersOf(record)
    const line = requestLine(record, tightest(payers.map((account) => left.get(account))))
    // What this one cost was still there when the one before it ended.
    for (const account of payers) {
      const after = left.get(account)
      if (after !== undefined) left.set(account, after + record.chargedNanoUsd)
    }
    return line
  })
  return backwards.reverse()
}

/** Who pays, where anything was to be paid. */
function payersOf({ reservedNanoUsd, org, team, project, user, key }: AuditRecord): AccountId[] {
  if (reservedNanoUsd === null) return []
  const owners = { org, team, project, user, key }
  return Object.entries(owners).flatMap(([kind, id]) => (id === null ? [] : [`${kind}:${id}` as AccountId]))
}

function leftOf({ budgets }: AccountState): number | undefined {
  return tightest(budgets.map(({ metric, remaining }) => (metric === 'usd' ? remaining : undefined)))
}

function tightest(left: readonly (number | undefined)[]): number | undefined {
  const known = left.filter((each) => each !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}
