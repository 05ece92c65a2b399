import { provisionFor } from './budgets.ts'
import { type RecordOperations, recordOperations } from './records.ts'
import { teamShape } from './shapes/team.ts'
import { checkTier } from './tier-rules.ts'

/** A team has an account from its first day, with the budgets of its kind. One that is removed keeps what it has spent. */
export const teams: RecordOperations<'team'> = recordOperations({
  kind: 'team',
  noun: 'team',
  shape: teamShape,
  async check(manage, operator, { before, after }) {
    if (after?.tier !== before?.tier) await checkTier(manage, operator, after?.tier)
  },
  settle: (manage, { id }) => provisionFor(manage, `team:${id}`),
})
