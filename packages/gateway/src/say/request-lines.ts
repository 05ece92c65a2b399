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
      const left = await leftNow(records, ledger)
      for (const line of linesOf(records, left)) output(line)
    },
  }
}

/** What accounts have left in USD, by org; undefined where nothing limits it. */
type Left = ReadonlyMap<string | null, Map<AccountId, number | undefined>>

async function leftNow(records: readonly AuditRecord[], ledger: Ledger): Promise<Left> {
  const byOrg = Map.groupBy(records, ({ org }) => org)
  const left = [...byOrg].map(async ([org, ofOrg]) => {
    const payers = [...new Set(ofOrg.flatMap(payersOf))]
    const states = org !== null && payers.length > 0 ? await ledger.read(org, payers) : []
    return [org, new Map(states.map((state) => [state.account, leftOf(state)]))] as const
  })
  return new Map(await Promise.all(left))
}

function linesOf(records: readonly AuditRecord[], left: Left): string[] {
  const backwards = records.toReversed().map((record) => {
    const payers = payersOf(record)
    const leftInOrg = left.get(record.org)!
    const line = requestLine(record, tightest(payers.map((account) => leftInOrg.get(account))))
    // What this one cost was still there when the one before it ended.
    for (const account of payers) {
      const after = leftInOrg.get(account)
      if (after !== undefined) leftInOrg.set(account, after + record.chargedNanoUsd)
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
