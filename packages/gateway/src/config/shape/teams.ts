import { z } from 'zod'
import type { Team } from '../config.ts'
import { budgets } from './budget.ts'
import { choice, fields, leaf, text } from './fields.ts'
import { name } from './leaves.ts'
import { rates } from './rates.ts'
import type { Stated } from './stated.ts'

const team: z.ZodType<Stated<Team>> = fields({
  id: name,
  tier: text().optional(),
  cost_center: leaf(String).optional(),
  project_required: choice({ true: true, false: false }).optional(),
  leads: z.array(name).optional(),
  projects: z.array(name).optional(),
  budgets,
  rates: rates.optional(),
}).transform(({ id, tier, cost_center, project_required, leads, projects, budgets, rates }) => ({
  id,
  tier,
  costCenter: cost_center,
  projectRequired: project_required,
  projects,
  ...(leads && { leads }),
  budgets,
  rates,
}))

export const teams: z.ZodType<readonly Stated<Team>[]> = z.array(team).default([])
