import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/clock.ts'
import { isOfOne } from '../scope.ts'
import type { SemanticCall, SemanticFinding } from '../semantic-lookup.ts'
import type { GuardedEmbedder } from '../vectors/embedders/guarded-embedder.ts'
import type { Vector } from '../vectors/quantise.ts'
import type { VectorIndex } from '../vectors/vector-index.ts'
import { afterLook, UNTRIED, type Worth, worthEmbedding } from '../vectors/worthwhile.ts'
import { type Candidate, type Choice, type Chosen, choose } from './choose.ts'
import { whyIneligible } from './eligibility/eligibility.ts'
import { subjectOf } from './eligibility/subject.ts'
import { type Features, featuresOf } from './guards/features.ts'
import type { Memory } from './learnt.ts'
import type { Sharing } from './lessons/sharing.ts'
import { count, type Tallies } from './tallies.ts'

/** What looking and learning share. */
export interface TierParts {
  readonly embedder: GuardedEmbedder
  readonly index: VectorIndex
  readonly memory: Memory
  readonly sharing: Sharing
  readonly counts: Tallies
  readonly delta: number
  readonly shadow: boolean
  readonly random: () => number
  readonly clock: Clock
}

/** What was found for a call, and what is needed once it has its answer. */
export interface Seen {
  readonly finding: SemanticFinding
  /** Of the index: the call's own, with the embedder's name, as vectors of two embedders never meet. */
  readonly partition: string
  /** Undefined where the call must not be answered by others, nor others by it. */
  readonly features?: Features
  /** Undefined where the text was not embedded, or not in time. */
  readonly vector?: Vector
  /** What its answer is compared with. */
  readonly candidate?: Candidate
  /** The candidate would have been served, and is asked about to see whether that would have been right. */
  readonly isAudit?: boolean
}

export type Looking = (asked: SemanticCall) => Promise<Seen>

const MOST_NEIGHBOURS = 4
const MAX_PARTITIONS = 10_000

export function looking(parts: TierParts): Looking {
  const { embedder, index, memory, sharing, counts, delta, random, clock } = parts
  const worths = new LRUCache<string, Worth>({ max: MAX_PARTITIONS })

  /** The nearest that may be compared, and the one that may be served; what is gone from the cache goes from the index. */
  async function neighboursOf({ asked, partition, features, vector }: Searched): Promise<Chosen> {
    const chosen = await choose(await index.nearest(partition, vector, MOST_NEIGHBOURS), {
      asked,
      features,
      delta,
      isPrivate: isOfOne(asked.place.scope),
      nowMs: clock.now(),
      learntOf: (id, version) => memory.of({ ...asked.place, id }, partition, version),
      onVeto: (veto) => count(counts.vetoes, veto),
    })
    for (const id of chosen.gone) {
      memory.forget(id)
      await index.remove(partition, id)
    }
    return chosen
  }

  return async function look(asked) {
    const { text, received, principal } = asked
    const partition = `${asked.partition} ${embedder.id}`
    const missed = (why: string, features?: Features): Seen => ({
      partition,
      finding: { found: 'miss', why },
      ...(features && { features }),
    })
    const ineligible = whyIneligible(() => subjectOf(text, { received, isPrivate: isOfOneUser(asked) }), text)
    if (ineligible) return missed(ineligible)

    const startedMs = clock.now()
    const features = featuresOf(text)
    if (!sharing.isReady) return missed('not_ready', features)
    const worth = worths.get(partition) ?? UNTRIED
    const rows = await index.rows(partition)
    const verdict = worthEmbedding(worth, { rows, length: text.length, chance: random() })
    if (verdict !== 'embed') return missed(verdict, verdict === 'empty' ? features : undefined)
    const embedding = await embedder.embed(text, { scope: scopeOf(asked), principal })
    if (embedding.status === 'missed')
      return missed(embedding.why, embedding.why === 'late' ? features : undefined)

    const { vector, costNanoUsd } = embedding
    const { choice, nearest } = await neighboursOf({ asked, partition, features, vector })
    const savedNanoUsd = choice?.entry.costNanoUsd ?? 0
    const tookMs = clock.now() - startedMs
    worths.set(partition, afterLook(worth, { savedNanoUsd, costNanoUsd, tookMs }))
    const candidate = choice ?? nearest
    const finding = findingOf(choice, nearest, parts)
    const isAudit = choice !== undefined
    return { partition, finding, features, vector, isAudit, ...(candidate && { candidate }) }
  }
}

interface Searched {
  readonly asked: SemanticCall
  readonly partition: string
  readonly features: Features
  readonly vector: Vector
}

/** In shadow mode the provider is asked of everything, so that every would-be hit is an audit. */
function findingOf(
  choice: Choice | undefined,
  nearest: Candidate | undefined,
  { shadow, random, counts }: Pick<TierParts, 'shadow' | 'random' | 'counts'>,
): SemanticFinding {
  if (!choice) return { found: 'miss', why: 'unlike', ...(nearest && { similarity: nearest.similarity }) }
  const { entry, similarity, chance: confidence } = choice
  if (shadow) {
    counts.shadowed += 1
    return { found: 'miss', why: 'shadow', similarity }
  }
  const isAudit = random() < choice.learnt.in.group.auditRate()
  return { found: isAudit ? 'audit' : 'hit', entry, similarity, confidence }
}

/** Whether the answers of a place are one person's alone: behind a key there may be many. */
function isOfOneUser({ place: { scope } }: SemanticCall): boolean {
  return scope.accounts.some((account) => account.startsWith('user:'))
}

/** Within which vectors are remembered, and their costs counted. */
export function scopeOf({ place: { scope } }: SemanticCall): string {
  return JSON.stringify(scope)
}
