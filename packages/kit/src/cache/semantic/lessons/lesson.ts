import type { AccountId } from '../../../ledger/ledger.ts'
import type { Judgement } from '../labels/judge.ts'

/** Those who share answers of one model, and therefore learn together. */
export interface GroupName {
  /** Empty where everybody shares. */
  readonly org: string
  /** From the org down to the account that answers are shared below. */
  readonly accounts: readonly AccountId[]
  readonly model: string
}

/** What one comparison of a fresh answer with a kept one has taught: all that a process needs which was not there. */
export interface Lesson extends GroupName {
  /** The entry whose answer was kept. */
  readonly id: string
  /** Of that answer: what is learnt of one says nothing of the next in its place. */
  readonly version: string
  readonly partition: string
  /** When the entry goes, and what is known of it with it. */
  readonly expiresAtMs: number
  readonly similarity: number
  readonly judgement: Judgement
  /** It would have been served, and the provider was asked to see whether that would have been right. */
  readonly isAudit: boolean
  /** Somebody else than who had the answer made has asked the same, and it was right. */
  readonly vouches: boolean
  readonly atMs: number
}

/** Lessons that one process tells the others in one step. */
export interface LessonBatch {
  /** Which process: another one after each start. */
  readonly by: string
  /** From 1 up, one after the other: what is told twice is learnt once. */
  readonly number: number
  readonly lessons: readonly Lesson[]
}
