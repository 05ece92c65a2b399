import type { ProjectRecord } from '@tollgate/kit/directory'
import { id, label } from '../leaves.ts'
import { present, type Shape, shapeOf } from '../shape.ts'

export const projectShape: Shape<ProjectRecord> = shapeOf(
  {
    label: label.optional().describe('Free text for people.'),
    team: id.optional().describe('The team that it belongs to.'),
    tier: id.optional().describe('In place of the tier of its team.'),
  },
  { read: present, write: ({ label, team, tier }) => ({ label, team, tier }) },
)
