import { orgs } from '../../manage/orgs.ts'
import { notFound } from '../../manage/refused.ts'
import type { ObjectRoute } from '../route.ts'
import { recordRoutes } from './record-routes.ts'

/** A gateway serves one org: it is there from the start, and neither made nor removed. */
export const orgRoutes: readonly ObjectRoute[] = recordRoutes({
  operations: {
    ...orgs,
    async get(manage, id) {
      if (id !== manage.org) throw notFound('org', id)
      return orgs.get(manage, id)
    },
  },
  plural: 'orgs',
  roles: { change: 'admin' },
})
