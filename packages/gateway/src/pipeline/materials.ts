import type { Clock } from '@tollgate/kit/core'
import type { Directory } from '@tollgate/kit/directory'
import type { Ledger } from '@tollgate/kit/ledger'
import type { PriceBook } from '@tollgate/kit/meter'
import type { AuditLog } from '@tollgate/kit/stages/audit-log'
import type { Routes } from '@tollgate/kit/wire'
import type { Config } from '../config/index.ts'
import type { TierRules } from './tiers.ts'

/** What the gateway makes its stages from; a stage of the operator's own is given the same. */
export interface StageMaterials {
  readonly config: Config
  readonly ledger: Ledger
  readonly directory: Directory
  readonly masterKey: Buffer
  readonly prices: PriceBook
  readonly routes: Routes
  readonly tiers: TierRules
  /** The stage that keeps a record of every request, and its trail. */
  readonly audit: AuditLog
  /** Aborted when the gateway stops, and waits for calls no longer. */
  readonly stop: AbortSignal
  readonly clock: Clock
}
