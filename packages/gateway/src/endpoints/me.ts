import { defineStage, type Stage } from '@tollgate/kit/core'
import { accountPath } from '@tollgate/kit/directory'
import type { Ledger } from '@tollgate/kit/ledger'
import { principal } from '@tollgate/kit/stages/identify'
import type { TierRules } from '../pipeline/tiers.ts'
import { accountJson } from './account-json.ts'
import { fromBooks } from './from-books.ts'
import { sendJson } from './json.ts'

export interface MeOptions {
  readonly ledger: Ledger
  readonly tiers: TierRules
  /** Whether callers may know the limits over them. */
  readonly exposeLimits: boolean
}

/**
 * Who a caller is here, and where its own accounts stand: its key's and its user's. What is over them is not its own.
 * Answers `ledger_unavailable` (503) while the books do not answer.
 */
export const me = ({ ledger, tiers, exposeLimits }: MeOptions): Stage =>
  defineStage({
    name: 'me',
    needs: [principal],
    handle: async function me(req, res) {
      const caller = principal.get(req)
      const own = accountPath(caller).filter((account) => /^(?:key|user):/.test(account))
      const states = await fromBooks(ledger.read(caller.org, own))
      sendJson(res, {
        ...caller,
        tier: tiers.tierOf(caller) ?? null,
        accounts: states.map((state) => accountJson(exposeLimits ? state : { ...state, budgets: [] })),
      })
    },
  })
