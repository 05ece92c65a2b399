import { nanoUsd, uuidv7 } from '@tollgate/kit/core'
import type { AccountId, Amounts, Reserve, Settle } from '@tollgate/kit/ledger'
import { ORG } from './stores.ts'

/** An ordinary call: half a cent at most, a fifth of a cent in the end. */
const HELD: Amounts = { usd: nanoUsd(5_000_000), tokens: 8_000, requests: 1 }
const ACTUAL: Amounts = { usd: nanoUsd(2_000_000), tokens: 3_000, requests: 1 }
/** More than was held: what another attempt at a dearer deployment asks for. */
export const RAISED: Amounts = { usd: nanoUsd(8_000_000), tokens: 12_000, requests: 1 }
export const NOTHING: Amounts = { usd: nanoUsd(0), tokens: 0, requests: 0 }
export const TTL_MS = 120_000

const MEMO = { requestId: 'req_bench', model: 'gpt-4o-mini', priceVersion: 'bench' }

export function reserveOn(path: readonly AccountId[], id: string = uuidv7()): Reserve {
  return {
    org: ORG,
    id,
    path,
    min: HELD,
    want: HELD,
    bound: 'proven',
    ttlMs: TTL_MS,
    owner: 'bench/1',
    memo: { ...MEMO, requestId: id },
  }
}

export function settleOf(id: string): Settle {
  return { org: ORG, id, actual: ACTUAL, basis: 'exact' }
}

/** A command that was not carried out has cost nothing that could be measured. */
export function expectStatus(wanted: string, { status }: { readonly status: string }): void {
  if (status !== wanted) throw new Error(`a command was answered "${status}" instead of "${wanted}"`)
}
