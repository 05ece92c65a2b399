import { benchOn, type LimitsStore } from './limits/bench.ts'
import { BREAKERS } from './limits/breakers.ts'
import { HISTORIES } from './limits/histories.ts'
import { REQUESTS } from './limits/requests.ts'
import { SEVERAL } from './limits/several.ts'
import { SLOTS } from './limits/slots.ts'
import { TOKENS } from './limits/tokens.ts'

export type { LimitsStore } from './limits/bench.ts'

export interface LimitsConformanceOptions {
  /** The test runner's own: `test` of vitest, Jest or node:test. */
  readonly test: (name: string, body: () => Promise<void>) => void
  /** Makes an empty store; the suite asks for one per test. */
  readonly store: () => LimitsStore | Promise<LimitsStore>
}

/**
 * Hold a store of limits to its interface: requests, tokens, slots and breakers, sentence by sentence; then random
 * histories in step with a reference model, where whoever is refused comes again a moment before it may, and when it may.
 * Nothing sleeps: the store says how time passes.
 *
 * @example
 * limitsConformance({ test, store: () => ({ open: (timers) => myLimits({ clock, timers }), advance, remove }) })
 */
export function limitsConformance({ test, store }: LimitsConformanceOptions): void {
  for (const [name, check] of Object.entries(CASES)) {
    test(`limits: ${name}`, async () => {
      const made = await store()
      const bench = benchOn(made)
      try {
        await check(bench)
      } finally {
        await bench.close()
        await made.remove()
      }
    })
  }
}

const CASES = { ...REQUESTS, ...TOKENS, ...SLOTS, ...SEVERAL, ...BREAKERS, ...HISTORIES }
