import type { Dialect } from '../../core/dialect.ts'
import type { StoredPlace } from './places.ts'
import { storedId } from './stored-id.ts'

/** What a path may name that a provider stores. */
export interface NamedInPath {
  /** They are names, and must be the caller's. */
  readonly ids: readonly string[]
  /** They look like words that say what is done, and may be somebody's all the same: whoever calls things by words. */
  readonly words: readonly string[]
}

/** What ids that providers make up are none of: those have digits, capitals, or more letters than a word. */
const WORD = /^[a-z]{1,24}(?:[-_.][a-z]{1,24}){0,3}$/

/** What has a name by the operator or by the provider itself, whom nobody has to ask for it: models, guardrails. */
const NOBODYS: Readonly<Partial<Record<Dialect, RegExp>>> = {
  gemini: /^(?:\/publishers\/[^/]+)?\/models\/[^/]+$/i,
  converse: /^\/guardrail\/[^/]+\/version\/[^/]+\/apply$/,
}

/**
 * What a path names. Of one in no collection that is known nobody can tell which part is an id: any of them may be, but for
 * what looks like a word and is nobody's.
 *
 * @param path without its version and its query, each segment as a server reads it.
 */
export function namedInPath(dialect: Dialect, path: string, place: StoredPlace | undefined): NamedInPath {
  if (place) return { ids: place.at === 'one' ? [place.id] : [], words: [] }
  if (NOBODYS[dialect]?.test(path)) return NOTHING
  const segments = path.slice(1).split('/')
  const named = dialect === 'gemini' ? resourcesIn(segments) : segments.map((said) => ({ said, id: said }))
  return {
    ids: named.filter(({ said }) => !WORD.test(said)).map(({ id }) => storedId(id) ?? id),
    words: named.filter(({ said }) => WORD.test(said)).map(({ id }) => storedId(id) ?? id),
  }
}

const NOTHING: NamedInPath = { ids: [], words: [] }

/** Gemini's names have their collection before them, and what is done to them behind a colon. */
function resourcesIn(segments: readonly string[]): readonly { readonly said: string; readonly id: string }[] {
  const bare = segments.map((segment) => segment.split(':', 1)[0]!)
  return bare.map((said, at) => ({ said, id: at === 0 ? said : `${bare[at - 1]}/${said}` }))
}
