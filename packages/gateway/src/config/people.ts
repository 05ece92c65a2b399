import type { KeyScopes, RequestCaps } from '@tollgate/kit/directory'
import type { Budget } from '@tollgate/kit/ledger'
import type { Rates } from '@tollgate/kit/limits'

export interface Tier {
  readonly name: string
  /** Patterns, `*` for any text. */
  readonly models: readonly string[]
  /** Endpoint classes beyond what every tier has. */
  readonly endpoints: readonly string[]
  /** Who approves access to it: `none`, `team-lead`, `director`, `admin`; what is said in other words, an admin reads. */
  readonly approval: string
  /** What people call it. */
  readonly label?: string | undefined
  /** What one request may be at the most. */
  readonly caps?: RequestCaps | undefined
  /** Of each of its teams that states none of its own. */
  readonly budgets?: readonly Budget[] | undefined
  /** Of each of its teams, and of a caller without one, unless they state their own. */
  readonly rates?: Rates | undefined
}

export interface Team {
  readonly id: string
  /** Undefined when no tiers are declared. */
  readonly tier: string | undefined
  readonly costCenter: string | undefined
  /** Whether each of its calls must name a project. */
  readonly projectRequired?: boolean | undefined
  /** Users who decide on what is asked for its members. */
  readonly leads?: readonly string[] | undefined
  /** Projects that its calls may name. */
  readonly projects?: readonly string[] | undefined
  readonly budgets: readonly Budget[]
  /** Whether these are its tier's, as it states none. */
  readonly hasTierBudgets?: boolean | undefined
  readonly rates?: Rates | undefined
}

export interface ConfigKey {
  readonly id: string
  readonly team: string | undefined
  readonly project: string | undefined
  readonly user: string | undefined
  readonly label: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
  /** In place of that of its project, its user or its team. */
  readonly tier?: string | undefined
  /** What it is confined to, within what its owner may. */
  readonly scopes?: KeyScopes | undefined
  readonly secret: string
  readonly budgets: readonly Budget[]
  /** Whether these are its tier's, as it states none. */
  readonly hasTierBudgets?: boolean | undefined
  readonly rates?: Rates | undefined
}
