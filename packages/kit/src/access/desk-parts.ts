import type { Clock } from '../core/clock.ts'
import type { RecordStore } from '../directory/record-store.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { KnownTiers } from './approval.ts'
import type { KeyOwnerOf } from './deciders.ts'
import type { RaisedBooks } from './raises.ts'

export interface AccessDeskOptions {
  readonly records: RecordStore
  readonly ledger: Pick<Ledger, 'budgetsOf' | 'raise'>
  /** The tiers of an org; those of the directory by default. */
  readonly tiersOf?: (org: string) => KnownTiers | Promise<KnownTiers>
  /** Whose a key is; nobody's by default, and then only people are known to be who they are. */
  readonly keyOwner?: KeyOwnerOf
  readonly clock?: Clock
}

/** What all that is done at the desk is done with. */
export interface DeskParts extends Required<AccessDeskOptions> {
  readonly books: RaisedBooks
}
