import type { Mapping } from '../../mapping.ts'
import type { StatedBudget } from './budget.ts'
import type { LitellmTables } from './database.ts'
import { type ImportedKey, importKey } from './keys.ts'
import { namesOf } from './names.ts'
import type { Notes } from './note.ts'
import { budgetsOf, type LimitsOf, leftOf, ratesOf } from './row.ts'

/** Who there is, as a config states teams, and as the directory and the books keep the rest. */
export interface ImportedPeople {
  readonly teams: readonly Mapping[]
  readonly users: readonly ImportedUser[]
  readonly keys: readonly ImportedKey[]
}

export interface ImportedUser {
  readonly id: string
  readonly team: string | undefined
  readonly budgets: readonly StatedBudget[]
}

/** The user under whose name LiteLLM counts what everybody spends: nobody, and its limit is `litellm_settings.max_budget`. */
const LITELLM_ITSELF = 'litellm-proxy-budget'

/** Read who there is. @param nowMs keys that have expired by then are left. */
export function importPeople(tables: LitellmTables, nowMs: number, notes: Notes): ImportedPeople {
  const budgets = new Map(tables.budgets.map((row) => [row.budget_id, row]))
  const limitsOf: LimitsOf = (row) =>
    row.max_budget == null ? { ...row, ...limitsIn(budgets.get(row.budget_id)) } : row
  const teamNames = namesOf(tables.teams, 'team_id', 'team_alias')
  const projectNames = namesOf(tables.projects, 'project_id', 'project_alias')
  for (const { organization_alias: alias, organization_id: id } of tables.organizations)
    notes.left(`organization ${alias ?? id}`, 'one gateway keeps the books of one org; its teams are carried')
  if (tables.models.length > 0)
    notes.left(
      'models in the database',
      `${tables.models.length}: their parameters are encrypted with LiteLLM's salt key; declare them under providers and routes`,
    )

  const projects = new Map<unknown, string[]>()
  for (const row of tables.projects) {
    const known = projects.get(row.team_id) ?? []
    projects.set(row.team_id, [...known, projectNames.get(row.project_id)!])
    leftOf(
      `project ${projectNames.get(row.project_id)}`,
      limitsOf(row),
      ['max_budget', 'tpm_limit', 'rpm_limit'],
      notes,
      'state it under defaults.project, or set it by the admin API',
    )
  }
  const teams = tables.teams.flatMap((row) => {
    const id = teamNames.get(row.team_id)!
    if (row.blocked === true) notes.left(`team ${id}`, 'is blocked: its keys are not carried either')
    return row.blocked === true ? [] : [teamOf(id, limitsOf(row), projects.get(row.team_id), notes)]
  })
  const blocked = new Set(tables.teams.flatMap(({ team_id, blocked }) => (blocked === true ? [team_id] : [])))
  const keys = tables.keys.flatMap((row) => {
    const replaced = tables.rotated.filter(({ active_token_id: id }) => id === row.token)
    const context = { teamNames, projectNames, limitsOf, blocked, replaced, nowMs }
    const key = importKey(row, context, notes)
    return key ? [key] : []
  })
  const users = tables.users
    .filter(({ user_id: id }) => id !== LITELLM_ITSELF)
    .map((row) => userOf(row, teamNames, notes))
  return { teams, users, keys }
}

function limitsIn(budget: Mapping | undefined): Mapping {
  const { max_budget, budget_duration, tpm_limit, rpm_limit, max_parallel_requests } = budget ?? {}
  const limits = { max_budget, budget_duration, tpm_limit, rpm_limit, max_parallel_requests }
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value != null))
}

function teamOf(id: string, row: Mapping, projects: readonly string[] | undefined, notes: Notes): Mapping {
  const item = `team ${id}`
  const budgets = budgetsOf(item, row, notes)
  const rates = ratesOf(row)
  const models = Array.isArray(row.models) ? row.models.filter((model) => model !== 'all-proxy-models') : []
  if (models.length > 0)
    notes.left(
      `${item}.models`,
      `${models.join(', ')}: make a tier with these models, and give it to the team`,
    )
  leftOf(
    item,
    row,
    ['soft_budget', 'model_max_budget', 'budget_limits', 'policies', 'router_settings'],
    notes,
  )
  notes.carried(item, `teams: ${id}`)
  return {
    id,
    ...(projects && { projects }),
    ...(budgets.length > 0 && { budgets }),
    ...(rates && { rates: { ...rates } }),
  }
}

function userOf(row: Mapping, teams: ReadonlyMap<unknown, string>, notes: Notes): ImportedUser {
  const id = String(row.user_id)
  const item = `user ${id}`
  leftOf(item, row, ['models', 'tpm_limit', 'rpm_limit', 'max_parallel_requests', 'model_max_budget'], notes)
  const [first, ...others] = Array.isArray(row.teams) ? row.teams : []
  if (others.length > 0)
    notes.changed(item, 'is of several teams: the first is kept, and each key names its own')
  const budgets = budgetsOf(item, row, notes)
  notes.carried(item, budgets.length > 0 ? 'in the directory, with its budget' : 'in the directory')
  return { id, team: teams.get(row.team_id ?? first), budgets }
}
