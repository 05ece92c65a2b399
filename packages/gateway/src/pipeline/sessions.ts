import { governedUpgrade } from '@tollgate/kit'
import type { AuditRecord } from '@tollgate/kit/audit'
import { howToAsk } from '../say/how-to-ask.ts'
import type { StageMaterials } from './materials.ts'
import { scopesOf } from './rates.ts'
import { tokenizerOf } from './tokenizer.ts'
import type { Traffic } from './traffic.ts'

/** Sessions over WebSockets, and whatever else asks for an upgrade. */
export type Sessions = ReturnType<typeof governedUpgrade>

/**
 * Sessions are no requests that pass a pipeline: whatever the configured one is, they are let in by the credentials that the
 * config takes, within the caller's tier, rates and budgets, and each of their responses has its record and counts as a
 * request.
 */
export function sessionsOf(
  { config, ledger, authenticate, prices, routes, agents, tiers, limits, audit, clock }: StageMaterials,
  { count }: Pick<Traffic, 'count'>,
): Sessions {
  return governedUpgrade({
    ledger,
    routes,
    agents,
    prices,
    clock,
    authenticate,
    tiers: tiers.tiersOf,
    tierOf: tiers.tierOf,
    grants: tiers.grants,
    howToAsk,
    rateLimits: { limits, rates: scopesOf(config, tiers) },
    mode: config.mode,
    ...tokenizerOf(config),
    nearLimit: config.nearLimit,
    waitMs: config.waitMs,
    refusals: { exposeLimits: config.exposeLimits, status: config.budgetStatus },
    audit: {
      write(record: AuditRecord) {
        audit.write(record)
        count(record)
      },
    },
  })
}
