import type { AccountId } from '@tollgate/kit/ledger'

/** In place of every name, for what a day had no room to tell apart: its path is empty. */
export const OTHERS = '(others)'

/** The id of the account of a kind that a charge went to; null where there is none. */
export function idIn(path: readonly AccountId[], kind: string): string | null {
  const account = path.find((each) => each.startsWith(`${kind}:`))
  return account?.slice(kind.length + 1) ?? null
}
