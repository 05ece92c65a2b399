import type { SqliteAudit } from '@tollgate/kit/audit/sqlite'
import type { Clock } from '@tollgate/kit/core'
import type { Directory } from '@tollgate/kit/directory'
import type { Ledger, UnbookedList } from '@tollgate/kit/ledger'
import type { Limits } from '@tollgate/kit/limits'
import type { Config } from '../config/index.ts'
import type { Charges } from '../report/charges.ts'
import type { SpendReports } from '../report/spend-report.ts'
import type { FrontKeys } from './front-keys.ts'

/** What a gateway keeps: the books, who may call, and what is told of both. A file holds all of it, a Redis the books. */
export interface Store {
  readonly ledger: Ledger
  readonly directory: Directory
  /** How fast everybody goes: of this process with a file, of the fleet with a Redis. */
  readonly limits: Limits
  readonly masterKey: Buffer
  readonly front: FrontKeys
  /** The table of records; undefined where records are only in the files that the config names. */
  readonly table: SqliteAudit | undefined
  readonly reports: SpendReports
  /** What was charged to whom, for the reports of a month. */
  readonly charges: Charges
  /** What the books could charge to nobody. */
  readonly unbooked: UnbookedList
  /** What an operator should know of the place where the books are, a sentence each. */
  readonly warnings: readonly string[]
  /** Take the keys that a config states by now in place of those that it stated before. @throws RangeError when two are one. */
  restate(config: Config): void
  close(): Promise<void>
}

/** A store as a command has it, which needs no secret of the gateway's for it. */
export type CommandStore = Pick<
  Store,
  'ledger' | 'directory' | 'table' | 'reports' | 'charges' | 'unbooked' | 'close'
>

export interface StoreOptions {
  readonly clock: Clock
  /** What becomes of the books for whoever ends calls: told of what they say. */
  readonly watched?: (books: Ledger) => Ledger
}
