import { type Clock, systemClock } from '../../core/clock.ts'
import { machineTimers, type Timers } from '../../core/timers.ts'
import type { CacheEntry } from '../entry.ts'
import type { SemanticCall, SemanticFinding, SemanticLookup } from '../semantic-lookup.ts'
import type { GuardedEmbedder } from '../vectors/embedders/guarded-embedder.ts'
import { waitFor } from '../vectors/embedders/wait-for.ts'
import { inProcessIndex } from '../vectors/in-process-index.ts'
import type { VectorIndex } from '../vectors/vector-index.ts'
import { wordsOf } from './eligibility/subject.ts'
import { hasOddLength } from './eligibility/text-length.ts'
import { isTimely } from './eligibility/timely.ts'
import type { Judge } from './labels/judge.ts'
import { labelQueue } from './labels/label-queue.ts'
import { type Learning, learning } from './learning.ts'
import { memoryOf } from './learnt.ts'
import type { LessonStore } from './lessons/lesson-store.ts'
import { LAYOUT } from './lessons/saved-rows.ts'
import { shared, unshared } from './lessons/sharing.ts'
import { type Looking, looking, type Seen, scopeOf } from './looking.ts'
import type { Certificate } from './rule/certificate.ts'
import { count, type Tallies, tallies } from './tallies.ts'

export interface SemanticTierOptions {
  readonly embedder: GuardedEmbedder
  /** Where vectors are looked for; in this process alone by default. */
  readonly index?: VectorIndex
  /** Where what is learnt outlives this process and comes to others; it ends with the process by default. */
  readonly lessons?: LessonStore
  /** The share of wrong answers among hits that is allowed, above 0 and at most 0.2. */
  readonly delta?: number
  /** Decide and measure, and serve nothing. */
  readonly shadow?: boolean
  /** For answers that no comparison of texts can tell apart; without it, little more than short answers is ever served. */
  readonly judge?: Judge
  /** From 0 up to 1. */
  readonly random?: () => number
  readonly clock?: Clock
  readonly timers?: Timers
}

/** The semantic half of the cache. */
export interface SemanticTier extends SemanticLookup {
  /** Somebody says that an entry's answer was wrong: it is not served again. False where it is not known here. */
  reject(id: string): Promise<boolean>
  status(): SemanticStatus
  /** Resolves when all that has been answered is judged and kept. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** What it has learnt and what its audits certify, for operators. */
export interface SemanticStatus extends Tallies {
  /** Whether what was known before this process began is known to it. Until then it serves nothing. */
  readonly isReady: boolean
  readonly shadow: boolean
  /** What embedding has cost, nano-USD, whether or not anybody still waited for it. */
  readonly embeddingNanoUsd: number
  /** What judging has cost, nano-USD. */
  readonly judgingNanoUsd: number
  readonly groups: readonly SemanticGroup[]
}

/** Those who share answers of one model, and therefore learn together. */
export interface SemanticGroup extends Certificate {
  readonly org: string
  readonly account: string
  readonly model: string
}

/** How long what is asked of now is answered the same, word for word, ms. */
const TIMELY_MS = 60_000
/** How long a judgement that is given up may take to end, ms. */
const CLOSING_MS = 5_000

/**
 * Answers to other words that ask the same. How alike two texts must be is nowhere set: it is learnt, entry by entry, from
 * comparing fresh answers with kept ones, and what is learnt is audited: some of what would be served is asked of the
 * provider all the same. At first nothing is served. `docs/concepts/semantic-cache.md` has the idea.
 *
 * Fails open: whatever goes wrong is a miss. Without a store of `lessons`, a process that dies loses what it has learnt; with
 * one, what it learnt in its last second.
 *
 * @throws RangeError for a delta that nothing could be promised with.
 *
 * @example
 * semanticCache({ store, secret, routes, policy: { mode: 'semantic' }, semantic: semanticTier({ embedder, judge }) })
 */
export function semanticTier({
  embedder,
  index = inProcessIndex(),
  lessons,
  delta = 0.02,
  shadow = false,
  judge,
  random = Math.random,
  clock = systemClock,
  timers = machineTimers,
}: SemanticTierOptions): SemanticTier {
  if (!(delta > 0 && delta <= 0.2))
    throw new RangeError(`A semantic cache's delta is at most 0.2, not ${delta}`)
  const memory = memoryOf(delta)
  const book = JSON.stringify([LAYOUT, embedder.id, delta])
  const sharing = lessons ? shared({ store: lessons, book, memory, clock, timers }) : unshared(memory)
  const counts = tallies()
  const queue = labelQueue({ judge })
  const parts = { embedder, index, memory, sharing, counts, delta, shadow, random, clock }
  const look: Looking = looking(parts)
  const learn: Learning = learning({ ...parts, queue })
  /** What was seen at a look, until its answer comes. Keyed by the call itself: what never ends is forgotten with it. */
  const seen = new WeakMap<SemanticCall, Seen>()

  return {
    async find(asked): Promise<SemanticFinding> {
      counts.asked += 1
      const looked = await look(asked)
      seen.set(asked, looked)
      const scope = scopeOf(asked)
      const costNanoUsd = embedder.claim(scope) + queue.claim(scope)
      const finding: SemanticFinding = { ...looked.finding, costNanoUsd }
      if (finding.found === 'hit') counts.hits += 1
      else if (finding.found === 'audit') counts.audits += 1
      else count(counts.misses, finding.why)
      return finding
    },
    keepsFor: (text) => (!hasOddLength(text) && isTimely(wordsOf(text)) ? TIMELY_MS : undefined),
    answered(asked: SemanticCall, _finding: SemanticFinding, fresh: CacheEntry | undefined) {
      const looked = seen.get(asked)
      if (looked) learn.from(asked, looked, fresh)
    },
    async reject(id) {
      const learnt = memory.known(id)
      if (!learnt) return false
      memory.forget(id)
      await index.remove(learnt.partition, id)
      return true
    },
    status: () => ({
      ...counts,
      isReady: sharing.isReady,
      shadow,
      embeddingNanoUsd: embedder.spentNanoUsd,
      judgingNanoUsd: queue.spentNanoUsd,
      groups: memory.groups().map(({ org, accounts, model, group }) => ({
        org,
        account: accounts.at(-1) ?? '',
        model,
        ...group.certificate(clock.now()),
      })),
    }),
    idle: learn.idle,
    async close() {
      queue.close()
      // Before the books are shut, whatever is paid for is in them; and a judge that does not hear is not waited for for ever.
      const judged = waitFor(queue.idle(), { deadlineMs: CLOSING_MS, signal: undefined, timers })
      await Promise.all([judged, embedder.close()])
      await Promise.all([index.close(), sharing.close()])
    },
  }
}
