import type { SemanticCall, SemanticFinding } from '../../cache/semantic-lookup.ts'
import { warn } from '../../core/warn.ts'
import type { Desk } from './desk.ts'
import type { Plan } from './plan.ts'

/** What the second tier was asked, and what it said. */
export interface Looked {
  readonly asked: SemanticCall
  readonly finding: SemanticFinding
}

/** Ask the second tier; undefined where the policy or the request has none. */
export async function lookAround({ semantic, store, clock }: Desk, plan: Plan): Promise<Looked | undefined> {
  const { controls, place, call: received, principal } = plan
  const key = semantic && controls.policy.mode === 'semantic' ? plan.key.semantic() : undefined
  if (!semantic || !key) return undefined
  const asked: SemanticCall = {
    ...key,
    place,
    received,
    askedBy: plan.askedBy(),
    principal,
    delta: controls.policy.delta,
    notBeforeMs: clock.now() - controls.maxAgeMs,
    async entry(id) {
      const found = await store.get({ ...place, id })
      return found === 'unreachable' ? undefined : found.entry
    },
  }
  try {
    return { asked, finding: await semantic.find(asked) }
  } catch (fault) {
    warn('TOLLGATE_CACHE', `The cache's second tier failed: ${String(fault)}`)
    return { asked, finding: { found: 'miss', why: 'fault' } }
  }
}
