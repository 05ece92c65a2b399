import type { TeamRecord } from '@tollgate/kit/directory'
import { z } from 'zod'
import { id, label, word } from '../leaves.ts'
import { present, type Shape, shapeOf } from '../shape.ts'

export const teamShape: Shape<TeamRecord> = shapeOf(
  {
    label: label.optional().describe('Free text for people.'),
    tier: id.optional().describe('The tier of its callers; that of the org when absent.'),
    cost_center: word.optional().describe('What finance calls it: a column of the chargeback report.'),
    project_required: z.boolean().optional().describe('Whether its calls must name a project.'),
    leads: z.array(id).max(100).optional().describe('Users who decide for it, as far as their role goes.'),
  },
  {
    read: ({ cost_center: costCenter, project_required: projectRequired, ...same }) =>
      present({ ...same, costCenter, projectRequired }),
    write: ({ label, tier, costCenter, projectRequired, leads }) => ({
      label,
      tier,
      cost_center: costCenter,
      project_required: projectRequired,
      leads: leads && [...leads],
    }),
  },
)
