import { nanoToUsd } from '@tollgate/kit/core'
import type { AccountId, Ledger } from '@tollgate/kit/ledger'
import { type SqliteLedgerOptions, sqliteLedger } from '@tollgate/kit/ledger/sqlite'

/** The embedded ledger in memory: real books, gone with the process. The options are those of `sqliteLedger`. */
export function memoryLedger(options: SqliteLedgerOptions = {}): Ledger {
  return sqliteLedger(':memory:', options)
}

/** Where an account stands, all time, in decimal USD with nine places. */
export interface Spend {
  /** Settled, unconfirmed charges included. */
  readonly spentUsd: string
  /** Held by requests that are still running. */
  readonly reservedUsd: string
  /** Charged to reservations that expired, and not confirmed since. */
  readonly unconfirmedUsd: string
}

/**
 * What an account has spent, as text to compare with; an account that the books do not know has spent nothing. The org
 * needs to be said only where two of them have an account of this name.
 *
 * @throws RangeError when two orgs have one, and none is named.
 *
 * @example
 * expect(await spend(ledger, 'team:marketing')).toMatchObject({ spentUsd: '0.000008000', reservedUsd: '0.000000000' })
 */
export async function spend(
  ledger: Ledger,
  account: AccountId,
  { org }: { readonly org?: string } = {},
): Promise<Spend> {
  const [state, another] = (await ledger.accounts(org)).filter((known) => known.account === account)
  if (state && another) {
    throw new RangeError(`${state.org} and ${another.org} both have an account ${account}: say { org }`)
  }
  return {
    spentUsd: nanoToUsd(state?.spent ?? 0),
    reservedUsd: nanoToUsd(state?.reserved ?? 0),
    unconfirmedUsd: nanoToUsd(state?.unconfirmed ?? 0),
  }
}
