import type { CacheEntry } from '../entry.ts'
import type { SemanticCall } from '../semantic-lookup.ts'
import type { Candidate } from './choose.ts'
import { inserting } from './inserting.ts'
import { answerText } from './labels/answer-text.ts'
import type { Judgement, Pair } from './labels/judge.ts'
import type { LabelQueue } from './labels/label-queue.ts'
import type { Learnt } from './learnt.ts'
import { type Seen, scopeOf, type TierParts } from './looking.ts'

/** Learns from fresh answers: whether a kept one would have done, and what is worth keeping besides. */
export interface Learning {
  /** @param fresh undefined where the provider's answer is none that is kept. */
  from(asked: SemanticCall, seen: Seen, fresh: CacheEntry | undefined): void
  idle(): Promise<void>
}

/** An entry's threshold is known well enough after so many labels; audits go on. */
const MOST_LABELS = 64

export function learning(parts: TierParts & { readonly queue: LabelQueue }): Learning {
  const { sharing, counts, clock, queue } = parts
  const insert = inserting(parts)
  const running = new Set<Promise<void>>()

  async function learnFrom(asked: SemanticCall, seen: Seen, fresh: CacheEntry): Promise<void> {
    queue.earn(fresh.costNanoUsd)
    const { candidate, isAudit = false } = seen
    if (!candidate) return insert(asked, seen, fresh)
    const compared = await compare(asked, candidate, fresh)
    const isWanted = isAudit || labelsOf(candidate.learnt) < MOST_LABELS
    const judgement = compared && isWanted ? await judged(asked, compared.pair, isAudit) : 'unsure'
    take(asked, candidate, { judgement, isAudit, kept: compared?.kept })
    // An answer that is another one's in other words stays with that one, whose labels would be scattered else.
    if (judgement !== 'same') await insert(asked, seen, fresh)
  }

  function judged(asked: SemanticCall, pair: Pair, isAudit: boolean): Promise<Judgement> {
    return new Promise((told) => queue.add({ pair, isAudit, told, scope: scopeOf(asked) }))
  }

  function take(
    { askedBy }: SemanticCall,
    { learnt, similarity }: Candidate,
    { judgement, isAudit, kept }: Taken,
  ): void {
    counts.labels[judgement] += 1
    if (isAudit && judgement === 'different') counts.wrong += 1
    const { id, partition, version, expiresAtMs } = learnt
    const { org, accounts, model } = learnt.in
    sharing.learn({
      org,
      accounts,
      model,
      id,
      partition,
      similarity,
      judgement,
      isAudit,
      atMs: clock.now(),
      version: kept?.version ?? version ?? '',
      expiresAtMs: kept?.expiresAtMs ?? expiresAtMs,
      vouches: judgement === 'same' && kept?.askedBy !== askedBy,
    })
  }

  /** Both answers as texts; undefined where one of them is none, or gone. */
  async function compare(
    asked: SemanticCall,
    { learnt, question, entry }: Candidate,
    fresh: CacheEntry,
  ): Promise<{ readonly pair: Pair; readonly kept: CacheEntry } | undefined> {
    const kept = entry ?? (await asked.entry(learnt.id))
    const [freshAnswer, keptAnswer] = [answerText(fresh.answer), kept && answerText(kept.answer)]
    if (!kept || freshAnswer === undefined || keptAnswer === undefined) return undefined
    const pair = { question: asked.text, freshAnswer, keptQuestion: question.text, keptAnswer }
    return { kept, pair }
  }

  return {
    from(asked, seen, fresh) {
      const { candidate, isAudit = false } = seen
      if (!fresh) {
        // An audit without an answer to compare with is one that nobody could judge.
        if (candidate && isAudit) take(asked, candidate, { judgement: 'unsure', isAudit, kept: undefined })
        return
      }
      // A store that fails here has cost a label, and nobody waits for it.
      const work = learnFrom(asked, seen, fresh).catch(() => {})
      running.add(work)
      void work.finally(() => running.delete(work))
    },
    async idle() {
      while (running.size > 0) await Promise.all(running)
      await queue.idle()
      await sharing.turn()
    },
  }
}

interface Taken {
  readonly judgement: Judgement
  readonly isAudit: boolean
  /** The entry that it was compared with. */
  readonly kept: CacheEntry | undefined
}

function labelsOf({ belief: { evidence } }: Learnt): number {
  return evidence ? evidence.same + evidence.different : 0
}
