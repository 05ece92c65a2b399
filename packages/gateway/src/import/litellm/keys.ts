import type { KeyOwner } from '@tollgate/kit/directory'
import { isMapping, type Mapping } from '../../mapping.ts'
import type { StatedBudget } from './budget.ts'
import type { Notes } from './note.ts'
import { budgetsOf, type LimitsOf, leftOf, ratesOf } from './row.ts'

/** A key by its digest, since its text is nowhere. */
export interface ImportedKey extends Omit<KeyOwner, 'org'> {
  /** SHA-256 of its text, 64 hexadecimal digits. */
  readonly sha256: string
  readonly expiresAtMs?: number
  /** What it was before it was rotated, and until when that is taken. */
  readonly before?: { readonly sha256: string; readonly untilMs: number }
  readonly budgets: readonly StatedBudget[]
}

export interface KeyContext {
  readonly teamNames: ReadonlyMap<unknown, string>
  readonly projectNames: ReadonlyMap<unknown, string>
  readonly limitsOf: LimitsOf
  /** Ids of teams that are. */
  readonly blocked: ReadonlySet<unknown>
  /** Rows of the digests that it had before. */
  readonly replaced: readonly Mapping[]
  readonly nowMs: number
}

const DIGEST = /^[0-9a-f]{64}$/
/** All that the key's team may, or anybody. */
const ANY_MODEL: ReadonlySet<unknown> = new Set(['all-team-models', 'all-proxy-models', '*'])
/** What a key cannot have here. */
const NOWHERE = [
  ...['model_max_budget', 'budget_limits', 'allowed_routes', 'permissions', 'config', 'router_settings'],
  ...['policies', 'access_group_ids'],
]

/** Read a row of `LiteLLM_VerificationToken`; undefined when it is no key that could be used. */
export function importKey(row: Mapping, context: KeyContext, notes: Notes): ImportedKey | undefined {
  const { teamNames, projectNames, limitsOf } = context
  const sha256 = String(row.token)
  const label = typeof row.key_alias === 'string' && row.key_alias !== '' ? row.key_alias : undefined
  // Neither the digest nor what LiteLLM shows of a key's end is repeated.
  const item = `key ${label ?? `${sha256.slice(0, 6)}…`}`
  const expiresAtMs = timeOf(row.expires)
  const why = whyUnusable(row, context)
  if (why !== undefined) {
    notes.left(item, why)
    return undefined
  }
  leftOf(item, limitsOf(row), NOWHERE, notes)
  const models = (Array.isArray(row.models) ? row.models : [])
    .filter((model) => !ANY_MODEL.has(model))
    .map(String)
  const team = teamNames.get(row.team_id)
  const project = projectNames.get(row.project_id)
  const tags = tagsOf(row.metadata)
  const rates = ratesOf(limitsOf(row))
  leftOf(item, row, ['aliases'], notes, 'a name means the same to all callers: state routes of these names')
  const before = beforeOf(context)
  notes.carried(item, `goes on working${team === undefined ? '' : `, in team ${team}`}`)
  return {
    sha256,
    budgets: budgetsOf(item, limitsOf(row), notes),
    ...(label !== undefined && { label: label.slice(0, 256) }),
    ...(team !== undefined && { team }),
    ...(project !== undefined && { project }),
    ...(typeof row.user_id === 'string' && row.user_id !== '' && { user: row.user_id }),
    ...(tags && { tags }),
    ...((models.length > 0 || rates) && {
      scopes: { ...(models.length > 0 && { models }), ...(rates && { rates }) },
    }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    ...(before && { before }),
  }
}

function whyUnusable(row: Mapping, { blocked, nowMs }: KeyContext): string | undefined {
  if (!DIGEST.test(String(row.token))) return 'is not kept by its SHA-256 digest'
  if (row.blocked === true) return 'is blocked'
  if (blocked.has(row.team_id)) return 'its team is blocked'
  const expiresAtMs = timeOf(row.expires)
  return expiresAtMs !== undefined && expiresAtMs <= nowMs ? 'has expired' : undefined
}

/** `metadata: { tags: ["batch"] }`, as far as it fits into a record. */
function tagsOf(metadata: unknown): Readonly<Record<string, string>> | undefined {
  const names = isMapping(metadata) && Array.isArray(metadata.tags) ? metadata.tags.slice(0, 16) : []
  return names.length > 0
    ? Object.fromEntries(names.map((name) => [String(name).slice(0, 64), 'true']))
    : undefined
}

function beforeOf({ replaced, nowMs }: KeyContext): ImportedKey['before'] {
  const usable = replaced.flatMap((row) => {
    const [sha256, untilMs] = [String(row.token), timeOf(row.revoke_at)]
    return DIGEST.test(sha256) && untilMs !== undefined && untilMs > nowMs ? [{ sha256, untilMs }] : []
  })
  return usable.sort((a, b) => b.untilMs - a.untilMs)[0]
}

/** Times without a zone are UTC: so Prisma writes them. */
function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined
  const ms = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(value) ? value : `${value}Z`)
  return Number.isNaN(ms) ? undefined : ms
}
