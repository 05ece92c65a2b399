import { users } from '../../manage/users.ts'
import type { ObjectRoute } from '../route.ts'
import { recordRoutes } from './record-routes.ts'
import { teamsOfRecord } from './teams-touched.ts'

export const userRoutes: readonly ObjectRoute[] = recordRoutes({
  operations: users,
  plural: 'users',
  roles: { create: 'team-lead', change: 'team-lead', remove: 'team-lead' },
  ownership: 'team',
  touched: teamsOfRecord('user'),
})
