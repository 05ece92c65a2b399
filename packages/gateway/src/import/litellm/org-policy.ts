import type { Mapping } from '../../mapping.ts'
import { carriedBudget } from './budget.ts'
import type { Notes } from './note.ts'

/** LiteLLM's own budget (https://docs.litellm.ai/docs/proxy/users), which is of everybody together, as a policy per org. */
export function orgPolicy(
  { max_budget: max, budget_duration: duration }: Mapping,
  notes: Notes,
): Mapping | undefined {
  const [item, durationItem] = ['litellm_settings.max_budget', 'litellm_settings.budget_duration']
  // LiteLLM takes a limit of zero for none.
  if (max == null || Number(max) === 0) {
    if (max != null) notes.left(item, 'is no limit there')
    if (duration != null) notes.left(durationItem, 'says nothing without a max_budget')
    return undefined
  }
  const carried = carriedBudget(max, duration)
  if (!carried) {
    notes.left(item, `${max} every ${duration ?? 'time'} is no budget here: state a policy per org`)
    if (duration != null) notes.left(durationItem, 'goes with the max_budget')
    return undefined
  }
  const { limit_usd, period } = carried.budget
  const policy = `policies: $${limit_usd} ${period} per org`
  if (carried.differs) notes.changed(item, `${policy}: ${carried.differs}`)
  else if (period === 'total') notes.changed(item, `${policy}, and what was spent before is not counted`)
  else notes.carried(item, policy)
  if (duration != null) notes.carried(durationItem, `the period of that policy: ${period}`)
  return {
    name: 'max-budget',
    type: 'cost-limit',
    config: { limit_usd, period, action: 'reject', per: 'org' },
  }
}
