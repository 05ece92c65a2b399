import { projects } from '../../manage/projects.ts'
import type { ObjectRoute } from '../route.ts'
import { recordRoutes } from './record-routes.ts'
import { teamsOfRecord } from './teams-touched.ts'

export const projectRoutes: readonly ObjectRoute[] = recordRoutes({
  operations: projects,
  plural: 'projects',
  roles: { create: 'team-lead', change: 'team-lead', remove: 'team-lead' },
  ownership: 'team',
  touched: teamsOfRecord('project'),
})
