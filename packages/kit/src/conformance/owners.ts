import type { Owners } from '../owners/owners.ts'
import { type OwnersUnderTest, START_MS } from './owners/bench.ts'
import { CLAIMING } from './owners/claiming.ts'

export type { OwnersUnderTest } from './owners/bench.ts'

export interface OwnersConformanceOptions {
  /** The test runner's own: `test` of vitest, Jest or node:test. */
  readonly test: (name: string, body: () => Promise<void>) => void
  /** Makes an empty store; the suite asks for one per test. */
  readonly store: () => OwnersUnderTest | Promise<OwnersUnderTest>
}

/**
 * Hold a register of owners to its interface, on two handles as two processes would have: whoever is first, races for it,
 * what is known of a thing, what is forgotten and what expires.
 *
 * @example
 * ownersConformance({ test, store: () => ({ open: (clock) => myOwners(url, { clock }), advance, remove }) })
 */
export function ownersConformance({ test, store }: OwnersConformanceOptions): void {
  for (const [name, check] of Object.entries(CLAIMING)) {
    test(`owners: ${name}`, async () => {
      const made = await store()
      const opened: Owners[] = []
      let nowMs = START_MS
      const clock = { now: () => nowMs }
      try {
        const here = await made.open(clock)
        opened.push(here)
        const there = await made.open(clock)
        opened.push(there)
        await check({
          here,
          there,
          async advance(ms) {
            nowMs += ms
            await made.advance(ms)
          },
        })
      } finally {
        for (const one of new Set(opened)) await one.close()
        await made.remove()
      }
    })
  }
}
