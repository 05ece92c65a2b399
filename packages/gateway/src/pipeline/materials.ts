import type { CacheStore } from '@tollgate/kit/cache'
import type { SemanticTier } from '@tollgate/kit/cache/semantic'
import type { Clock } from '@tollgate/kit/core'
import type { Directory } from '@tollgate/kit/directory'
import type { Authenticate } from '@tollgate/kit/identity'
import type { Ledger } from '@tollgate/kit/ledger'
import type { Limits, Runaway } from '@tollgate/kit/limits'
import type { PriceBook } from '@tollgate/kit/meter'
import type { Owners } from '@tollgate/kit/owners'
import type { AuditLog } from '@tollgate/kit/stages/audit-log'
import type { HealthBoard, NodeAgents, providerAgent } from '@tollgate/kit/stages/provider-failover'
import type { Passages, Provider, Routes } from '@tollgate/kit/wire'
import type { Config } from '../config/index.ts'
import type { TierRules } from './tiers.ts'

/** What the gateway makes its stages from; a stage of the operator's own is given the same. */
export interface StageMaterials {
  readonly config: Config
  readonly ledger: Ledger
  readonly directory: Directory
  readonly masterKey: Buffer
  /** Who calls. */
  readonly authenticate: Authenticate
  readonly prices: PriceBook
  readonly routes: Routes
  /** How deployments do. */
  readonly health: HealthBoard
  /** How providers are called. */
  readonly dispatcher: ReturnType<typeof providerAgent>
  /** The same for what goes by Node's own client. */
  readonly agents: NodeAgents
  readonly providers: readonly Provider[]
  /** Who made what they store; undefined where nobody writes it down. */
  readonly owners: Owners | undefined
  /** Where requests go that are no calls of models. */
  readonly passages: Passages
  readonly tiers: TierRules
  /** Where answers are kept; undefined where none are. */
  readonly cache: CacheStore | undefined
  /** Finds answers to other words that ask the same; undefined where nobody does. */
  readonly semantic: SemanticTier | undefined
  /** How fast everybody goes. */
  readonly limits: Limits
  /** Told of callers that run away. */
  readonly onRunaway: (runaway: Runaway) => void
  /** The stage that keeps a record of every request, and its trail. */
  readonly audit: AuditLog
  /** Aborted when the gateway stops, and waits for calls no longer. */
  readonly stop: AbortSignal
  readonly clock: Clock
}
