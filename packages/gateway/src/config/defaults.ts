import { PRESETS } from '@tollgate/kit/wire'
import { select } from './select.ts'
import type { Variable } from './variables.ts'
import type { Tree } from './yaml.ts'

/** What the gateway runs from when it is started without a file, besides what the environment adds. */
export const DEFAULT_TREE: Tree = {
  teams: [{ id: 'default' }],
  policies: [
    {
      name: 'daily-budget-cap',
      type: 'cost-limit',
      config: { limit_usd: 50, period: 'daily', action: 'reject', per: 'key' },
    },
  ],
}

/**
 * Add what the environment says where the tree says nothing: the master key, the token of the admin listener, and the
 * providers whose keys are there, under the names that their own SDKs read. As references, so that no secret stands in the
 * tree.
 */
export function withEnvironment(tree: Tree, variable: (name: string) => Variable): Tree {
  const isSet = (name: string) => !('missing' in variable(name))
  const has = (pattern: string) => select(tree, pattern).length > 0
  const providers = Object.fromEntries(
    PRESETS.flatMap(({ name, variables }) => {
      if (!variables || !isSet(variables.apiKey)) return []
      const { apiKey, baseUrl } = variables
      const elsewhere = baseUrl !== undefined && isSet(baseUrl) && { baseUrl: reference(baseUrl) }
      return [[name, { preset: name, apiKey: reference(apiKey), ...elsewhere }]]
    }),
  )
  return {
    ...tree,
    ...(!has('master_key') &&
      isSet('TOLLGATE_MASTER_KEY') && { master_key: reference('TOLLGATE_MASTER_KEY') }),
    ...(!has('providers') && Object.keys(providers).length > 0 && { providers }),
    ...(!has('admin.token') && isSet('TOLLGATE_ADMIN_TOKEN') && { admin: withToken(tree.admin) }),
  }
}

function withToken(admin: unknown): unknown {
  if (admin !== undefined && (typeof admin !== 'object' || admin === null || Array.isArray(admin)))
    return admin
  return { ...admin, token: reference('TOLLGATE_ADMIN_TOKEN') }
}

function reference(name: string): string {
  return `\${${name}}`
}
