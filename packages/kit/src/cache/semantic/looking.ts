import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/clock.ts'
import type { SemanticCall, SemanticFinding } from '../semantic-lookup.ts'
import type { GuardedEmbedder } from '../vectors/embedders/guarded-embedder.ts'
import type { Vector } from '../vectors/quantise.ts'
import type { VectorIndex } from '../vectors/vector-index.ts'
import { afterLook, UNTRIED, type Worth, worthEmbedding } from '../vectors/worthwhile.ts'
import { type Candidate, type Choice, choose } from './choose.ts'
import { whyIneligible } from './eligibility/eligibility.ts'
import { subjectOf } from './eligibility/subject.ts'
import { type Features, featuresOf } from './guards/features.ts'
import type { Memory } from './learnt.ts'
import { count, type Tallies } from './tallies.ts'

/** What looking and learning share. */
export interface TierParts {
  readonly embedder: GuardedEmbedder
  readonly index: VectorIndex
  readonly memory: Memory
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
  const { embedder, index, memory, counts, delta, random, clock } = parts
  const worths = new LRUCache<string, Worth>({ max: MAX_PARTITIONS })

  return async function look(asked) {
    const partition = `${asked.partition} ${embedder.id}`
    const missed = (why: string, more: Partial<Seen> = {}): Seen => ({
      ...{ partition, finding: { found: 'miss', why } },
      ...more,
    })
    const { text, received } = asked
    const isPrivate = isOfOne(asked)
    const ineligible = whyIneligible(() => subjectOf(text, { received, isPrivate }), text)
    if (ineligible) return missed(ineligible)

    const startedMs = clock.now()
    const features = featuresOf(text)
    const worth = worths.get(partition) ?? UNTRIED
    const question = { rows: await index.rows(partition), length: text.length, chance: random() }
    const verdict = worthEmbedding(worth, question)
    if (verdict !== 'embed') return missed(verdict, verdict === 'empty' ? { features } : {})
    const embedding = await embedder.embed(text, { scope: scopeOf(asked), principal: asked.principal })
    if (embedding.status === 'missed')
      return missed(embedding.why, embedding.why === 'late' ? { features } : {})

    const { vector, costNanoUsd } = embedding
    counts.embeddingNanoUsd += costNanoUsd
    const chosen = await choose(await index.nearest(partition, vector, MOST_NEIGHBOURS), {
      ...{ asked, features, delta, isPrivate, nowMs: clock.now() },
      learntOf: (id) => memory.of({ ...asked.place, id }, partition),
      onVeto: (veto) => count(counts.vetoes, veto),
    })
    for (const id of chosen.gone) {
      memory.forget(id)
      await index.remove(partition, id)
    }
    const savedNanoUsd = chosen.choice?.entry.costNanoUsd ?? 0
    const tookMs = clock.now() - startedMs
    worths.set(partition, afterLook(worth, { savedNanoUsd, costNanoUsd, tookMs }))
    const found = findingOf(chosen.choice, parts)
    const similarity = (chosen.choice ?? chosen.nearest)?.similarity
    const finding = {
      ...found,
      ...(similarity !== undefined && { similarity }),
      costNanoUsd,
    } as SemanticFinding
    const candidate = chosen.choice ?? chosen.nearest
    const isAudit = chosen.choice !== undefined
    return { partition, finding, features, vector, isAudit, ...(candidate && { candidate }) }
  }
}

/** In shadow mode the provider is asked of everything, so that every would-be hit is an audit. */
function findingOf(
  choice: Choice | undefined,
  { shadow, random, counts }: Pick<TierParts, 'shadow' | 'random' | 'counts'>,
): SemanticFinding {
  if (!choice) return { found: 'miss', why: 'unlike' }
  const { entry, similarity, chance: confidence } = choice
  if (shadow) {
    counts.shadowed += 1
    return { found: 'miss', why: 'shadow' }
  }
  const isAudit = random() < choice.learnt.group.auditRate()
  return { found: isAudit ? 'audit' : 'hit', entry, similarity, confidence }
}

/** Whether the answers of a place are one user's or one key's alone. */
function isOfOne({ place: { scope } }: SemanticCall): boolean {
  return /^(user|key):/.test(scope.accounts.at(-1) ?? '')
}

function scopeOf({ place: { scope } }: SemanticCall): string {
  return JSON.stringify(scope)
}
