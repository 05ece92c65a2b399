import { nanoToUsd } from '@tollgate/kit/core'
import type { KeySummary } from '@tollgate/kit/directory'
import { line } from '../say/config-lines.ts'
import type { World } from './command.ts'

/** A key as a program reads it. */
export function keyObject({
  id,
  org,
  team,
  project,
  user,
  tier,
  label,
  tags,
  scopes,
  ...times
}: KeySummary): object {
  return {
    id,
    org,
    team,
    project,
    user,
    tier,
    label,
    tags,
    scopes: scopes && scopesObject(scopes),
    created_at: iso(times.createdAtMs),
    expires_at: iso(times.expiresAtMs),
    revoked_at: iso(times.revokedAtMs),
    ...(times.previous && { rotated_until: iso(times.previous.untilMs) }),
  }
}

/** A key as people read it, a line for all that there is to say. */
export function showKey({ out }: World, key: KeySummary): void {
  const { id, team, project, user, tier, label, scopes, expiresAtMs } = key
  out(line('key', id))
  for (const [name, value] of Object.entries({ team, project, user, tier, label, expires: iso(expiresAtMs) }))
    if (value) out(line(name, value))
  const { rates = {}, ...others } = scopes ?? {}
  for (const [name, value] of Object.entries({ ...scopesObject(others), ...rates }))
    out(line('only', `${name} ${[value].flat().join(', ')}`))
}

function scopesObject({ maxCostNanoUsd, ...same }: NonNullable<KeySummary['scopes']>): object {
  return { ...same, ...(maxCostNanoUsd !== undefined && { max_cost_usd: nanoToUsd(maxCostNanoUsd) }) }
}

const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())
