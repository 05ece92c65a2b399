import type { OrgRecord } from '@tollgate/kit/directory'
import { id, label } from '../leaves.ts'
import { present, type Shape, shapeOf } from '../shape.ts'

export const orgShape: Shape<OrgRecord> = shapeOf(
  {
    label: label.optional().describe('Free text for people.'),
    tier: id.optional().describe('The tier of teams that name none.'),
  },
  { read: present, write: ({ label, tier }) => ({ label, tier }) },
)
