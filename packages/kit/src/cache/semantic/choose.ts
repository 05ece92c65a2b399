import type { CacheEntry } from '../entry.ts'
import type { SemanticCall } from '../semantic-lookup.ts'
import type { Neighbour } from '../vectors/vector-index.ts'
import { compare, type Veto } from './guards/compare.ts'
import type { Features } from './guards/features.ts'
import { type KeptQuestion, unpackQuestion } from './kept-question.ts'
import type { Learnt } from './learnt.ts'
import { LEAST_SIMILARITY } from './rule/grid.ts'

/** An entry near a question that no guard says anything against. */
export interface Candidate {
  readonly learnt: Learnt
  readonly similarity: number
  readonly question: KeptQuestion
  /** Its answer, where it may be served: an audit is of this one, whatever is kept in its place meanwhile. */
  readonly entry?: CacheEntry
}

/** One of them that may be served. */
export interface Choice extends Candidate {
  readonly entry: CacheEntry
  readonly chance: number
}

export interface Choosing {
  readonly asked: SemanticCall
  readonly features: Features
  /** What is known of an entry; of the answer that is kept there now, where its version is given. */
  readonly learntOf: (id: string, version?: string) => Learnt
  /** What the group is audited at: a caller that accepts less has its part of it. */
  readonly delta: number
  /** Of one user or key alone: then nobody can have put an answer there for others. */
  readonly isPrivate: boolean
  readonly nowMs: number
  readonly onVeto: (veto: Veto) => void
}

export interface Chosen {
  /** The nearest that is comparable: the one that a fresh answer is compared with. */
  readonly nearest: Candidate | undefined
  readonly choice: Choice | undefined
  /** Entries that are not kept any more, though their vectors are. */
  readonly gone: readonly string[]
}

/** Go through the neighbours, nearest first, to the first one whose answer may be served. */
export async function choose(neighbours: readonly Neighbour[], choosing: Choosing): Promise<Chosen> {
  const gone: string[] = []
  let nearest: Candidate | undefined
  for (const { id, score, features } of neighbours) {
    if (score < LEAST_SIMILARITY) break
    // The very same question, whose answer is too old for this caller: its fresh one takes that one's place.
    if (id === choosing.asked.place.id) continue
    const question = unpackQuestion(features)
    if (!question) continue
    const compared = compare(choosing.features, question.features)
    if (compared.veto) {
      choosing.onVeto(compared.veto)
      continue
    }
    const believed = { learnt: choosing.learntOf(id), similarity: score, question }
    if (!decide(believed, compared.share, choosing).wouldServe) {
      nearest ??= believed
      continue
    }
    const entry = await choosing.asked.entry(id)
    if (!entry) {
      gone.push(id)
      continue
    }
    // Another answer may have come in its place, of which nothing is known that was known of the one before.
    const candidate = { ...believed, learnt: choosing.learntOf(id, entry.version) }
    const { chance, wouldServe } = decide(candidate, compared.share, choosing)
    nearest ??= candidate
    if (wouldServe && mayBeServed(entry, candidate.learnt, choosing))
      return { nearest, gone, choice: { ...candidate, entry, chance } }
  }
  return { nearest, gone, choice: undefined }
}

function decide({ learnt, similarity }: Candidate, share: number, { asked, delta, nowMs }: Choosing) {
  const accepted = Math.min(1, asked.delta / delta)
  return learnt.in.group.decide(learnt.belief, similarity, { nowMs, share: share * accepted })
}

/** Whoever has an answer kept must not be able to choose what others are told: one of them has to have had it right. */
function mayBeServed(entry: CacheEntry, { vouchedFor }: Learnt, { asked, isPrivate }: Choosing): boolean {
  if (entry.createdAtMs < asked.notBeforeMs) return false
  return isPrivate || vouchedFor || entry.askedBy === asked.askedBy
}
