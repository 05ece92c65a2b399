import type { Settle } from './ledger.ts'

/** A settle that the books could charge to nobody, since they no longer knew its reservation: money was spent all the same. */
export interface UnbookedSettle extends Settle {
  /** When the books were first told of it, ms since the epoch. */
  readonly atMs: number
}

/**
 * The settles of an org that nothing said where to book. They stay until somebody has decided what becomes of them: no
 * process knows whether their reservation was charged before it was forgotten.
 */
export interface UnbookedList {
  /** Oldest first. */
  list(org: string): Promise<readonly UnbookedSettle[]>
  /** Take one out, which somebody has dealt with; false when it is not there. */
  drop(org: string, id: string): Promise<boolean>
  close(): Promise<void>
}
