import type { NanoUsd } from '../core/money.ts'
import type { AccountId } from '../ledger/ledger.ts'
import type { Answer } from '../wire/neutral/answer.ts'

/** Among whom an answer is shared: all callers below the last of these accounts. */
export interface CacheScope {
  /** Empty where an answer is shared by everybody here. */
  readonly org: string
  /** From the org down, as the caller's identity has them. */
  readonly accounts: readonly AccountId[]
}

/** Where an answer is kept, all of it known before the answer is. */
export interface CachePlace {
  /** Digest of everything that an answer depends on; opaque, and safe to be shown to its own caller. */
  readonly id: string
  readonly scope: CacheScope
  /** The model that answers, by the name that everybody knows it by. */
  readonly model: string
  /** What the answer was made from, as whoever asked says: it goes when one of these does. */
  readonly tags: readonly string[]
}

/** A complete answer, in no dialect: it is given as JSON or as a stream, in any that clients speak. */
export interface CacheEntry extends CachePlace {
  /** Of this answer; another one in the same place has another. */
  readonly version: string
  /** With the usage that the provider told, which is what clients are told again. */
  readonly answer: Answer
  /** Who made it. */
  readonly provider: string
  /** What making it cost, nano-USD: what each hit saves. */
  readonly costNanoUsd: NanoUsd
  /** Digest of who asked for it: an answer that one caller had made is not yet another's. */
  readonly askedBy: string
  readonly createdAtMs: number
  readonly expiresAtMs: number
}
