import type { NanoUsd } from '../core/money.ts'
import type { BudgetEntry } from '../ledger/budget-entry.ts'

/**
 * What the directory knows besides keys: orgs and what is in them, tiers, and who was given more and by whom.
 *
 * Every record belongs to an org and has an id within its kind. What accounts may spend is held by the ledger, which is told of
 * a tier's budgets when somebody is given that tier; what is said here of an account's own budgets is who gave them.
 */
export interface Records {
  readonly org: OrgRecord
  readonly team: TeamRecord
  readonly project: ProjectRecord
  readonly user: UserRecord
  readonly tier: TierRecord
  readonly access_request: AccessRequest
  readonly grant: Grant
  readonly budgets: BudgetsRecord
}

export type RecordKind = keyof Records

export const RECORD_KINDS: readonly RecordKind[] = [
  'org',
  'team',
  'project',
  'user',
  'tier',
  'access_request',
  'grant',
  'budgets',
]

interface Named {
  /** Free text for people. */
  readonly label?: string
}

/** An org's id is its own org. */
export interface OrgRecord extends Named {
  /** The tier of teams that name none. */
  readonly tier?: string
}

export interface TeamRecord extends Named {
  readonly tier?: string
  /** What finance calls it: a column of the chargeback report. */
  readonly costCenter?: string
  /** Whether its calls must name a project; one that does not is refused with what to add. */
  readonly projectRequired?: boolean
  /** Users who approve for this team, and see its spend. */
  readonly leads?: readonly string[]
}

export interface ProjectRecord extends Named {
  readonly team?: string
  readonly tier?: string
}

export interface UserRecord extends Named {
  readonly team?: string
  readonly tier?: string
  /** What the user may do at the admin API; nothing when absent. */
  readonly role?: Role
}

/** `viewer` reads; `team-lead` also decides for the teams that name the user as a lead; `director` for every team; `admin` changes everything. */
export type Role = 'viewer' | 'team-lead' | 'director' | 'admin'

/** The models and endpoints that a tier opens, and the bounds of a single request. */
export interface TierRecord extends Named {
  /** Patterns over canonical model names: `gpt-4o-mini`, `claude-haiku-*`, `*`. */
  readonly models: readonly string[]
  /** Endpoint classes besides chat, completions and embeddings. */
  readonly endpoints?: readonly string[]
  /** Whose approval gives it; nobody's when absent. */
  readonly approval?: Role | 'none'
  /** Where it stands among the tiers: the least has the lowest. */
  readonly rank: number
  readonly caps?: RequestCaps
  /** How fast whoever has it may go, unless it has rates of its own. */
  readonly rates?: TierRates
  /** What whoever has it may spend, unless it has budgets of its own. */
  readonly budgets?: readonly TierBudget[]
}

/** A budget as it is written; all of one org go by one calendar. */
export type TierBudget = Pick<
  BudgetEntry,
  'limit_usd' | 'limit_tokens' | 'limit_requests' | 'period' | 'mode'
>

/**
 * The budgets of its own that an account was last given, under the account's name (`key:ci`); none where it has those of its
 * tier or its kind.
 */
export interface BudgetsRecord {
  readonly budgets: readonly TierBudget[]
}

/** Requests and tokens a minute, and requests at a time; what is absent has no limit. */
export interface TierRates {
  readonly rpm?: number
  readonly tpm?: number
  readonly concurrency?: number
}

/** Bounds of one request: one that is beyond them is refused, and an output without a cap of its own is capped. */
export interface RequestCaps {
  readonly maxInputTokens?: number
  readonly maxOutputTokens?: number
  readonly maxCostNanoUsd?: NanoUsd
}

/** What somebody asks for, or is given, until an instant: at least one of these. */
export interface Wanted {
  /** Patterns over models, beside those of the tier. */
  readonly models?: readonly string[]
  /** A tier in place of one's own. */
  readonly tier?: string
  /** More money on one budget of the account, as a raise of the ledger's. */
  readonly raise?: { readonly budget: string; readonly nanoUsd: NanoUsd }
  /** Another rate in place of one's own. */
  readonly rates?: TierRates
}

export interface AccessRequest extends Wanted {
  /** For whom: `key:…`, `user:…`, `project:…`, `team:…`. */
  readonly account: string
  /** Who asks: a user, or a key. */
  readonly by: string
  /** Whose key it is for, when it was asked: nobody decides on what was theirs then, whoever has it by now. */
  readonly user?: string
  readonly reason: string
  readonly askedAtMs: number
  /** How long it should last, from the approval on, ms. */
  readonly lastsMs: number
  readonly state: 'open' | 'approved' | 'denied' | 'withdrawn'
  readonly decided?: Decision
}

/** Who decided, why, and when. Nobody decides on what they have asked for themselves. */
export interface Decision {
  readonly by: string
  readonly atMs: number
  readonly reason?: string
  /** The grant that came of it. */
  readonly grant?: string
}

/** A permission that ends by itself. */
export interface Grant extends Wanted {
  readonly account: string
  readonly approvedBy: string
  readonly reason: string
  readonly fromMs: number
  readonly untilMs: number
  /** The request it answers. */
  readonly request?: string
  readonly revoked?: Decision
}
