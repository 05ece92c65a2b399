import { openApi } from './openapi.ts'
import { accessRoutes } from './resources/access.ts'
import { budgetRoutes } from './resources/budgets.ts'
import { cacheRoutes } from './resources/cache.ts'
import { changeRoutes } from './resources/changes.ts'
import { documentRoute } from './resources/document.ts'
import { keyRoutes } from './resources/keys.ts'
import { orgRoutes } from './resources/orgs.ts'
import { projectRoutes } from './resources/projects.ts'
import { teamRoutes } from './resources/teams.ts'
import { tierRoutes } from './resources/tiers.ts'
import { userRoutes } from './resources/users.ts'
import { viewRoutes } from './resources/views.ts'
import type { AdminRoute } from './route.ts'

const TOLD: readonly AdminRoute[] = [
  ...orgRoutes,
  ...teamRoutes,
  ...projectRoutes,
  ...userRoutes,
  ...tierRoutes,
  ...keyRoutes,
  ...budgetRoutes,
  ...accessRoutes,
  ...cacheRoutes,
  ...changeRoutes,
  ...viewRoutes,
]

/** Everything that can be asked of the admin listener by an operator. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [...TOLD, documentRoute(TOLD)]

/** The admin API as an OpenAPI document, the same that a gateway gives at `/admin/v1/openapi.json`. */
export function adminOpenApi(): object {
  return openApi(ADMIN_ROUTES)
}
