import { tiers } from '../../manage/tiers.ts'
import type { ObjectRoute } from '../route.ts'
import { recordRoutes } from './record-routes.ts'

export const tierRoutes: readonly ObjectRoute[] = recordRoutes({
  operations: tiers,
  plural: 'tiers',
  roles: { create: 'admin', change: 'admin', remove: 'admin' },
})
