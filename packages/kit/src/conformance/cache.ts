import type { CacheStore } from '../cache/cache-store.ts'
import { type CacheUnderTest, START_MS } from './cache/bench.ts'
import { HISTORIES } from './cache/histories.ts'
import { INVALIDATING } from './cache/invalidating.ts'
import { KEEPING } from './cache/keeping.ts'
import { LEASING } from './cache/leasing.ts'
import { QUOTAS } from './cache/quotas.ts'

export type { CacheStoreOptions, CacheUnderTest } from './cache/bench.ts'

export interface CacheConformanceOptions {
  /** The test runner's own: `test` of vitest, Jest or node:test. */
  readonly test: (name: string, body: () => Promise<void>) => void
  /** Makes an empty store; the suite asks for one per test. */
  readonly store: () => CacheUnderTest | Promise<CacheUnderTest>
}

/**
 * Hold a store of answers to its interface: what is kept and what is gone, epochs, quotas, leases; then random histories on
 * two handles in step with a reference model, which a store may only ever fall short of.
 *
 * @example
 * cacheConformance({ test, store: () => ({ open: (options) => myCache(url, options), remove: () => wipe(url) }) })
 */
export function cacheConformance({ test, store }: CacheConformanceOptions): void {
  for (const [name, check] of Object.entries(CASES)) {
    test(`cache: ${name}`, async () => {
      const opened: CacheStore[] = []
      const made = await store()
      const clock = { nowMs: START_MS }
      try {
        await check({
          clock,
          async open(quota = {}) {
            const options = { ...quota, clock: { now: () => clock.nowMs } }
            const here = await made.open(options)
            const there = await made.open(options)
            opened.push(here, there)
            return { here, there }
          },
        })
      } finally {
        for (const one of new Set(opened)) await one.close()
        await made.remove()
      }
    })
  }
}

const CASES = { ...KEEPING, ...INVALIDATING, ...QUOTAS, ...LEASING, ...HISTORIES }
