import assert from 'node:assert/strict'
import type { CacheStore } from '../../cache/cache-store.ts'
import type { CacheEntry, CachePlace } from '../../cache/entry.ts'
import type { CacheQuota } from '../../cache/quota.ts'
import type { Clock } from '../../core/clock.ts'
import { nanoUsd } from '../../core/money.ts'

export interface CacheStoreOptions extends CacheQuota {
  readonly clock: Clock
}

/** One store, which several processes could open; a store in memory is opened once, and given to all. */
export interface CacheUnderTest {
  open(options: CacheStoreOptions): CacheStore | Promise<CacheStore>
  remove(): void | Promise<void>
}

/** What a case is given. */
export interface Bench {
  /** Two handles on one empty store, as two processes would have. */
  open(quota?: CacheQuota): Promise<{ readonly here: CacheStore; readonly there: CacheStore }>
  readonly clock: { nowMs: number }
}

export type Case = (bench: Bench) => Promise<void>
export type Section = Readonly<Record<string, Case>>

export const START_MS: number = Date.UTC(2026, 10, 21)
export const HOUR_MS = 3_600_000

/** A place that nothing is in yet. */
export function place(id: string, more: Partial<CachePlace> = {}): CachePlace {
  return {
    id: id.includes('.') ? id : `share-a.${id}`,
    scope: { org: 'acme', accounts: ['org:acme', 'project:search'] },
    model: 'gpt-4o-mini',
    tags: [],
    ...more,
  }
}

let versions = 0

/** An answer for a place, of about so many bytes. */
export function entryFor(
  at: CachePlace,
  more: Partial<CacheEntry> & { readonly text?: string } = {},
): CacheEntry {
  versions += 1
  const { text = 'Paris.', ...rest } = more
  return {
    ...at,
    version: `v${versions}`,
    answer: {
      id: 'chatcmpl-1',
      model: 'gpt-4o-mini-2024-07-18',
      createdAtSec: START_MS / 1_000,
      choices: [{ parts: [{ type: 'text', text }], finish: { reason: 'stop' } }],
      usage: { input: 12, cachedInput: 3, output: 5, reasoning: 1 },
    },
    provider: 'openai',
    costNanoUsd: nanoUsd(1_000),
    askedBy: 'ada',
    createdAtMs: START_MS,
    expiresAtMs: START_MS + HOUR_MS,
    ...rest,
  }
}

/** Ask for what is in a place, and keep an answer there: what a miss does. */
export async function fill(store: CacheStore, entry: CacheEntry): Promise<void> {
  const { stamp } = await store.get(entry)
  await store.put(entry, stamp)
}

export async function assertKept(store: CacheStore, entry: CacheEntry): Promise<void> {
  assert.deepEqual((await store.get(entry)).entry, entry)
}

export async function assertGone(store: CacheStore, at: CachePlace): Promise<void> {
  assert.equal((await store.get(at)).entry, undefined)
}
