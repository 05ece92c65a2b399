import { z } from 'zod'
import { openApi } from '../openapi.ts'
import type { AdminRoute, ObjectRoute } from '../route.ts'

/** The routes, told as OpenAPI; this one among them. */
export function documentRoute(routes: readonly AdminRoute[]): ObjectRoute {
  const route: ObjectRoute = {
    method: 'GET',
    path: '/admin/v1/openapi.json',
    tag: 'document',
    role: 'viewer',
    ownership: 'org',
    summary: 'Read this document.',
    answer: z.looseObject({ openapi: z.string() }),
    handle: async () => ({ body: openApi([...routes, route]) }),
  }
  return route
}
