import type { Deployment } from '../provider.ts'

/** What is known of something that a provider stores, besides whose it is. */
export interface StoredFacts {
  /** Which of the provider's keys it was made with, where there are several: no other one finds it there. */
  readonly key?: string
  /** The model that made it, by its provider's name for it. */
  readonly model?: string
  /** What going on with it adds to an input at the most, tokens, for that model; undefined where nobody knows. */
  readonly tokens?: number
  /** A file of requests, each of which names only what was its owner's when it was brought. */
  readonly checked?: boolean
}

/** What a request names that providers store, and what of it is its caller's. */
export interface Holdings {
  readonly named: readonly string[]
  /** Those of them that stand in the request itself, and are stored by nobody, where it is translated. */
  readonly kept: ReadonlySet<unknown>
  /** Undefined where it is not the caller's, or not there: nobody is told which. */
  find(provider: string, id: string): StoredFacts | undefined
}

/**
 * How much input a request has besides its own bytes, tokens: what was read and written for a response is at most read again
 * by the one that goes on with it. Undefined where that is not known, or was counted for another model.
 */
export function heldTokens({ named, find }: Holdings, { provider, model }: Deployment): number | undefined {
  let tokens = 0
  for (const id of named) {
    const facts = find(provider.name, id)
    if (facts?.tokens === undefined || facts.model !== model) return undefined
    tokens += facts.tokens
  }
  return tokens
}
