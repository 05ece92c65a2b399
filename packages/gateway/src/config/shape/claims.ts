import type { ClaimMapping, ClaimSource } from '@tollgate/kit/identity'
import { z } from 'zod'
import { defined } from './defined.ts'
import { complain, fields, text } from './fields.ts'
import { name } from './leaves.ts'

/** A claim by its name, or a path into nested ones. */
const claim = z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(text()).min(1))

/** `team: search` states a name, `team: { claim: groups }` takes it from a claim. */
const source: z.ZodType<ClaimSource> = z.preprocess(
  (value) => (typeof value === 'string' ? { value } : value),
  fields({
    value: name.optional(),
    claim: claim.optional(),
    table: z.record(z.string(), name).optional(),
    prefix: text().optional(),
    otherwise: name.optional(),
  }).transform(({ value, claim, ...rest }, context): ClaimSource => {
    const given = defined(rest)
    if (value !== undefined && claim === undefined && Object.keys(given).length === 0) return { value }
    if (value === undefined && claim !== undefined) return { claim, ...given }
    return complain(context, () => 'must be a name, or have a claim and what is made of it')
  }),
)

/** Who the bearer of a token is. */
export const claimMapping: z.ZodType<ClaimMapping> = fields(
  {
    team: source.optional(),
    project: source.optional(),
    user: source.optional(),
    tags: z.record(z.string(), source).optional(),
  },
  { org: 'every caller belongs to the org of this gateway until then' },
).transform(({ team, project, user, tags }, context): ClaimMapping => {
  if (!team && !project && !user) return complain(context, () => 'must have a team, a project or a user')
  return defined({ team, project, user, tags })
})
