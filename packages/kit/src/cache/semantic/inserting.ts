import type { CacheEntry } from '../entry.ts'
import type { SemanticCall } from '../semantic-lookup.ts'
import type { Vector } from '../vectors/quantise.ts'
import { packQuestion } from './kept-question.ts'
import { type Seen, scopeOf, type TierParts } from './looking.ts'

/** Has a fresh answer found by those who ask the same in other words from now on. */
export type Inserting = (asked: SemanticCall, seen: Seen, fresh: CacheEntry) => Promise<void>

/** How long an embedding may take when nobody waits for it, ms. */
const UNHURRIED_MS = 5_000

export function inserting({
  embedder,
  index,
  memory,
}: Pick<TierParts, 'embedder' | 'index' | 'memory'>): Inserting {
  /** The request's record is written by then: what this costs is in that of the next one in its scope. */
  async function embedded(asked: SemanticCall): Promise<Vector | undefined> {
    const { text, principal } = asked
    const made = await embedder.embed(text, { scope: scopeOf(asked), principal, deadlineMs: UNHURRIED_MS })
    return made.status === 'embedded' ? made.vector : undefined
  }

  return async function insert(asked, seen, fresh) {
    const { features, partition } = seen
    // What another deployment answered is kept in another place, where this partition would not find it.
    if (!features || fresh.id !== asked.place.id) return
    const vector = seen.vector ?? (await embedded(asked))
    if (!vector) return
    memory.of(fresh, partition, fresh.version)
    await index.put(partition, {
      id: fresh.id,
      vector,
      expiresAtMs: fresh.expiresAtMs,
      features: packQuestion({ text: asked.text, features }),
    })
  }
}
