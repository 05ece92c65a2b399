import { provisionFor } from './budgets.ts'
import { checkNotOwn } from './own.ts'
import { type RecordOperations, recordOperations } from './records.ts'
import { denied } from './refused.ts'
import { userShape } from './shapes/user.ts'
import { checkTeam, checkTier } from './tier-rules.ts'

/** The account of a user is made by the books, with the first request, unless a tier of its own comes with budgets. */
export const users: RecordOperations<'user'> = recordOperations({
  kind: 'user',
  noun: 'user',
  shape: userShape,
  async check(manage, operator, { id, before, after }) {
    if (after?.role !== before?.role && operator.role !== 'admin')
      throw denied(`Only an admin says what a user may do at this API, and you are a ${operator.role}.`)
    if (after?.tier !== before?.tier) {
      checkNotOwn(operator, `user:${id}`)
      await checkTier(manage, operator, after?.tier)
    }
    if (after?.team !== before?.team) await checkTeam(manage, after?.team)
  },
  settle: (manage, { id }) => provisionFor(manage, `user:${id}`),
})
