import type { VectorIndex } from '../cache/vectors/vector-index.ts'
import type { VectorStore } from '../cache/vectors/vector-store.ts'
import type { Clock } from '../core/clock.ts'
import { INDEX_CASES } from './vectors/index-cases.ts'
import { STORE_CASES } from './vectors/store-cases.ts'

type Test = (name: string, body: () => Promise<void>) => void

export interface VectorIndexConformanceOptions {
  /** The test runner's own: `test` of vitest, Jest or node:test. */
  readonly test: Test
  /** Makes an empty index; the suite asks for one per test. */
  readonly index: () => VectorIndex | Promise<VectorIndex>
}

/**
 * Hold an index of vectors to its interface: sentences, and random histories in step with one that looks at every row. An
 * engine that finds by approximation is to be set so that it finds all of some sixty rows.
 *
 * @example
 * vectorIndexConformance({ test, index: () => myEngineIndex(url) })
 */
export function vectorIndexConformance({ test, index }: VectorIndexConformanceOptions): void {
  for (const [name, check] of Object.entries(INDEX_CASES)) {
    test(`vectors: ${name}`, async () => {
      const made = await index()
      try {
        await check(made)
      } finally {
        await made.close()
      }
    })
  }
}

/** One store, which several processes could open. */
export interface VectorsUnderTest {
  open(options: { readonly clock: Clock }): VectorStore | Promise<VectorStore>
  remove(): void | Promise<void>
}

export interface VectorStoreConformanceOptions {
  readonly test: Test
  /** Makes an empty store; the suite asks for one per test. */
  readonly store: () => VectorsUnderTest | Promise<VectorsUnderTest>
}

const START_MS = Date.UTC(2026, 10, 21)

/** Hold a store of vectors to its interface. */
export function vectorStoreConformance({ test, store }: VectorStoreConformanceOptions): void {
  for (const [name, check] of Object.entries(STORE_CASES)) {
    test(`vectors: ${name}`, async () => {
      const opened: VectorStore[] = []
      const made = await store()
      const clock = { nowMs: START_MS }
      const reopen = async () => {
        const one = await made.open({ clock: { now: () => clock.nowMs } })
        opened.push(one)
        return one
      }
      try {
        await check({ here: await reopen(), there: await reopen(), reopen, clock })
      } finally {
        for (const one of opened) await one.close()
        await made.remove()
      }
    })
  }
}
