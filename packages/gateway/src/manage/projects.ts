import { provisionFor } from './budgets.ts'
import { type RecordOperations, recordOperations } from './records.ts'
import { projectShape } from './shapes/project.ts'
import { checkTeam, checkTier } from './tier-rules.ts'

export const projects: RecordOperations<'project'> = recordOperations({
  kind: 'project',
  noun: 'project',
  shape: projectShape,
  async check(manage, operator, { before, after }) {
    if (after?.tier !== before?.tier) await checkTier(manage, operator, after?.tier)
    if (after?.team !== before?.team) await checkTeam(manage, after?.team)
  },
  settle: (manage, { id }) => provisionFor(manage, `project:${id}`),
})
