import type { Principal } from '../directory/principal.ts'
import type { ReceivedCall } from '../wire/received-call.ts'
import type { CacheEntry, CachePlace } from './entry.ts'

/**
 * The second tier: answers to other words that ask the same. The stage asks it after an exact miss, for calls whose policy
 * is `semantic`, and tells it of the fresh answer afterwards. It must never throw and never take longer than its own
 * deadline: whatever goes wrong is a miss.
 */
export interface SemanticLookup {
  find(asked: SemanticCall): Promise<SemanticFinding>
  /**
   * How long an answer to what a user says last may be kept at the most, word for word too, ms; undefined where only the
   * policy says. What is asked of now has another answer soon.
   */
  keepsFor?(text: string): number | undefined
  /**
   * The provider has answered a call that was not served: the entry that was kept of it, undefined where none was (an
   * answer that broke off, that is too large, that a tool call ends). Called once for each finding that is no `hit`, off
   * the client's path.
   */
  answered(asked: SemanticCall, finding: SemanticFinding, fresh: CacheEntry | undefined): void
}

/** A call that nothing is kept of, word for word. */
export interface SemanticCall {
  /**
   * Digest of all that must be equal: scope, epoch, endpoint, model, headers, what the route varies on, and the whole body
   * but for the text of its last message. Only answers of one partition may stand in for each other.
   */
  readonly partition: string
  /** The text of the last user message: all that may differ. */
  readonly text: string
  /** Where its own answer will be kept. */
  readonly place: CachePlace
  /** The call as it came, for rules on what may be served at all. */
  readonly received: ReceivedCall
  /** Digest of who asks. */
  readonly askedBy: string
  /** Who asks, and pays for what looking costs. */
  readonly principal: Principal
  /** The most wrong answers in served ones that policy and client accept, as a share: 0.02. */
  readonly delta: number
  /** Oldest answer that may be served, ms since the epoch. */
  readonly notBeforeMs: number
  /** Read another entry of this partition by its id: gone, expired and invalidated ones are undefined. */
  readonly entry: (id: string) => Promise<CacheEntry | undefined>
}

/**
 * What was found, and what looking has cost since the last look of those who share answers there (embeddings, judgements), nano-USD.
 * Similarities and confidences are shares from 0 to 1.
 */
export type SemanticFinding = {
  readonly costNanoUsd?: number
} /** It is served in place of a fresh answer. */ & (
  | {
      readonly found: 'hit'
      readonly entry: CacheEntry
      readonly similarity: number
      readonly confidence: number
    }
  /** It would have been served, and the provider is asked all the same, to see whether that would have been right. */
  | {
      readonly found: 'audit'
      readonly entry: CacheEntry
      readonly similarity: number
      readonly confidence: number
    }
  /** Nothing is served; `why` is a word of a closed, small set: it becomes a metric's label. */
  | { readonly found: 'miss'; readonly why: string; readonly similarity?: number }
)
