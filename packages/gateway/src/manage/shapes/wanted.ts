import type { AccessRequest, Decision, Grant, Wanted } from '@tollgate/kit/directory'
import { z } from 'zod'
import { count, id, instant, modelPatternText, usd, word } from '../leaves.ts'
import { encoded, present } from '../shape.ts'

/** What can be asked for, and is granted. */
export const wantedFields = {
  models: z
    .array(modelPatternText)
    .min(1)
    .max(50)
    .optional()
    .describe('Patterns over models, beside those of the tier.'),
  tier: id.optional().describe('A tier in place of its own.'),
  raise: z
    .strictObject({
      usd,
      budget: word.optional().describe('Which budget; needless where it has one in USD.'),
    })
    .optional()
    .describe('More money on a budget.'),
  rates: z
    .strictObject({ rpm: count.optional(), tpm: count.optional(), concurrency: count.optional() })
    .optional()
    .describe('Another rate in place of its own.'),
}

const wantedObject = z.strictObject(wantedFields)

const decision = z.strictObject({
  by: z.string(),
  at: instant,
  reason: z.string().optional(),
  grant: z.string().optional().describe('The grant that came of it.'),
})

const text = z.string()

const accessRequest = wantedObject.extend({
  id,
  account: text,
  by: text,
  reason: text,
  asked_at: instant,
  lasts_ms: z.int(),
  state: z.enum(['open', 'approved', 'denied', 'withdrawn']),
  decided: decision.optional(),
})

const grant = wantedObject.extend({
  id,
  account: text,
  approved_by: text,
  reason: text,
  from: instant,
  until: instant,
  request: text.optional(),
  revoked: decision.optional(),
})

const revision = { revision: z.int() }

/** A request for access, as it is answered. */
export const accessRequestAnswer: z.ZodObject = accessRequest.extend(revision).meta({ id: 'AccessRequest' })

/** A grant, as it is answered. */
export const grantAnswer: z.ZodObject = grant.extend(revision).meta({ id: 'Grant' })

export function accessRequestJson(id: string, revision: number, request: AccessRequest): object {
  return { ...accessRequestFields(id, request), revision }
}

export function grantJson(id: string, revision: number, given: Grant): object {
  return { ...grantFields(id, given), revision }
}

/** The same without what only a store knows of it. */
export function accessRequestFields(id: string, request: AccessRequest): object {
  const { account, by, reason, askedAtMs, lastsMs, state, decided } = request
  const fields = present({
    id,
    account,
    by,
    reason,
    state,
    asked_at: askedAtMs,
    lasts_ms: lastsMs,
    decided: decided && decisionFields(decided),
    ...wantedOf(request),
  })
  return encoded(accessRequest, fields) as object
}

export function grantFields(id: string, given: Grant): object {
  const { account, approvedBy, reason, fromMs, untilMs, request, revoked } = given
  const fields = present({
    id,
    account,
    approved_by: approvedBy,
    reason,
    request,
    from: fromMs,
    until: untilMs,
    revoked: revoked && decisionFields(revoked),
    ...wantedOf(given),
  })
  return encoded(grant, fields) as object
}

function decisionFields({ by, atMs, reason, grant }: Decision) {
  return present({ by, at: atMs, reason, grant })
}

function wantedOf({ models, tier, raise, rates }: Wanted) {
  return {
    models: models && [...models],
    tier,
    raise: raise && { usd: raise.nanoUsd, budget: raise.budget },
    rates: rates && { ...rates },
  }
}
