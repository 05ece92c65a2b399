import type { UserRecord } from '@tollgate/kit/directory'
import { id, label, role } from '../leaves.ts'
import { present, type Shape, shapeOf } from '../shape.ts'

export const userShape: Shape<UserRecord> = shapeOf(
  {
    label: label.optional().describe('Free text for people.'),
    team: id.optional().describe('The team that the user belongs to.'),
    tier: id.optional().describe('In place of the tier of the team.'),
    role: role.optional().describe('What the user may do at this API; nothing when absent.'),
  },
  { read: present, write: ({ label, team, tier, role }) => ({ label, team, tier, role }) },
)
