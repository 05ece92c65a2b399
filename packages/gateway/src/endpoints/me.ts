import { defineStage, type Stage } from '@tollgate/kit/core'
import { accountPath } from '@tollgate/kit/directory'
import type { Ledger } from '@tollgate/kit/ledger'
import type { LimitStanding, Limits } from '@tollgate/kit/limits'
import { principal } from '@tollgate/kit/stages/identify'
import type { ScopesOf } from '../pipeline/rates.ts'
import type { TierRules } from '../pipeline/tiers.ts'
import { accountJson } from './account-json.ts'
import { fromBooks } from './from-books.ts'
import { sendJson } from './json.ts'

export interface MeOptions {
  readonly ledger: Ledger
  readonly tiers: TierRules
  readonly limits: Limits
  /** How fast a caller may go, by its key, its user and what is over them. */
  readonly scopes: ScopesOf
  /** Whether callers may know the limits over them. */
  readonly exposeLimits: boolean
}

/**
 * Who a caller is here, and where its own accounts and limits stand: its key's and its user's. What is over them is not its own.
 * Answers `ledger_unavailable` (503) while the books do not answer.
 */
export const me = ({ ledger, tiers, limits, scopes, exposeLimits }: MeOptions): Stage =>
  defineStage({
    name: 'me',
    needs: [principal],
    handle: async function me(req, res) {
      const caller = principal.get(req)
      const own = accountPath(caller).filter(isOwn)
      const states = await fromBooks(ledger.read(caller.org, own))
      const ownScopes = (await scopes(caller, undefined)).filter(({ subject }) => isOwn(subject))
      const standings = exposeLimits ? await fromBooks(limits.read(caller.org, ownScopes)) : []
      sendJson(res, {
        ...caller,
        tier: (await tiers.tierOf(caller)) ?? null,
        accounts: states.map((state) => accountJson(exposeLimits ? state : { ...state, budgets: [] })),
        limits: standings.map(limitJson),
      })
    },
  })

const isOwn = (account: string) => /^(?:key|user):/.test(account)

/** A limit carries what it counts in its names, as a budget does. */
function limitJson({ subject, metric, limit, remaining, resetMs }: LimitStanding): object {
  return {
    subject,
    metric,
    [`limit_${metric}`]: limit,
    [`remaining_${metric}`]: remaining,
    ...(metric === 'concurrency' ? {} : { whole_in_ms: resetMs }),
  }
}
