import { hash } from 'node:crypto'
import type { Role } from '@tollgate/kit/directory'
import { z } from 'zod'
import type { AdminTokenRule } from '../config.ts'
import { choice, complain, fields, text, Wrong } from './fields.ts'
import { keyId, name } from './leaves.ts'

const MIN_LENGTH = 32

const secret = text((value) =>
  value.length < MIN_LENGTH
    ? new Wrong(() => `must have at least ${MIN_LENGTH} characters: openssl rand -hex 32`)
    : undefined,
)

/** Of a token only its digest is kept from here on. */
const token: z.ZodType<AdminTokenRule> = fields({
  id: keyId,
  role: choice<Role>({ viewer: 'viewer', 'team-lead': 'team-lead', director: 'director', admin: 'admin' }),
  team: name.optional(),
  secret,
}).transform(({ id, role, team, secret }, context) => {
  if (role === 'team-lead' && team === undefined)
    return complain(context, () => 'is missing: say which team it decides for', ['team'])
  if (role !== 'team-lead' && team !== undefined)
    return complain(context, () => 'is for the role team-lead: other roles have no team', ['team'])
  return { id, role, team, digest: hash('sha256', secret, 'base64url') }
})

export const adminTokens: z.ZodType<readonly AdminTokenRule[]> = z.array(token).default([])
