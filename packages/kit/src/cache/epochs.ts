import type { Invalidation } from './cache-store.ts'
import type { CachePlace } from './entry.ts'

/** Names an epoch: each moves by itself, and an entry is as old as the oldest of its own. Safe with any name in it. */
export type EpochName = string

/** The one that every entry has. */
export const EVERYTHING: EpochName = '*'

const name = (...parts: readonly string[]): EpochName => JSON.stringify(parts)

/** The epochs of a place, in an order that is always the same. */
export function epochsOf({ scope: { org, accounts }, model, tags }: CachePlace): EpochName[] {
  return [
    EVERYTHING,
    name('model', model),
    ...accounts.map((account) => name('scope', org, account)),
    ...tags.map((tag) => name('tag', org, tag)),
  ]
}

/** The epoch that an invalidation moves. */
export function epochOf(invalidation: Invalidation): EpochName {
  switch (invalidation.what) {
    case 'everything':
      return EVERYTHING
    case 'model':
      return name('model', invalidation.model)
    case 'scope':
      return name('scope', invalidation.org, invalidation.account)
    case 'tag':
      return name('tag', invalidation.org, invalidation.tag)
  }
}

/** Epochs as one text that is equal only where all of them are; one that has never moved is empty. */
export function stampOf(epochs: readonly (string | undefined)[]): string {
  return epochs.map((epoch) => epoch ?? '').join(' ')
}
