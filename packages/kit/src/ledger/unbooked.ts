import type { Adjust, LateCharge, Settle } from './ledger.ts'

/** A settle that the books could charge to nobody, since they no longer knew its reservation: money was spent all the same. */
export interface UnbookedSettle extends Settle {
  /** When the books were first told of it, ms since the epoch. */
  readonly atMs: number
}

/** What somebody has booked by hand. */
export type Correction = Pick<Adjust, 'account' | 'budget' | 'delta' | 'reason'> & {
  /** What reports were told of by it. */
  readonly charged?: LateCharge['amounts']
}

/**
 * The settles of an org that nothing said where to book. They stay until somebody has decided what becomes of them: no
 * process knows whether their reservation was charged before it was forgotten.
 */
export interface UnbookedList {
  /** Oldest first. */
  list(org: string): Promise<readonly UnbookedSettle[]>
  /**
   * Take one out, which somebody has dealt with; false when it is not there as it was read: it may have been told anew, at
   * another amount.
   */
  drop(settle: UnbookedSettle): Promise<boolean>
  /** What has been booked of one so far, by corrections whose ids begin with its `correctionPrefix`, in their order. */
  corrections(org: string, id: string): Promise<readonly Correction[]>
  close(): Promise<void>
}

/** How the ids of all corrections begin that book a settle. No other's begin like that: there is no space in a name. */
export const correctionPrefix = (id: string): string => `unbooked ${encodeURIComponent(id.toWellFormed())} `
