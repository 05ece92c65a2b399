import { teams } from '../../manage/teams.ts'
import type { ObjectRoute } from '../route.ts'
import { recordRoutes } from './record-routes.ts'

/** A lead does not say how far their own team may go: its tier and its leads are a director's. */
export const teamRoutes: readonly ObjectRoute[] = recordRoutes({
  operations: teams,
  plural: 'teams',
  roles: { create: 'admin', change: 'director', remove: 'admin' },
})
