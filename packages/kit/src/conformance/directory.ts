import type { Directory } from '../directory/directory.ts'
import { type DirectoryStore, type Section, START_MS } from './directory/bench.ts'
import { CHANGES } from './directory/changes.ts'
import { HISTORY } from './directory/history.ts'
import { KEYS } from './directory/keys.ts'
import { RECORDS } from './directory/records.ts'
import { ROTATION } from './directory/rotation.ts'
import { WATCHING } from './directory/watching.ts'

export type { DirectoryStore } from './directory/bench.ts'

export interface DirectoryConformanceOptions {
  /** The test runner's own: `test` of vitest, Jest or node:test. */
  readonly test: (name: string, body: () => Promise<void>) => void
  /** Makes an empty store; the suite asks for one per test. */
  readonly store: () => DirectoryStore | Promise<DirectoryStore>
}

/**
 * Hold a directory to its interface: keys and their secrets, records, history, and what watchers are told, on two handles
 * as two processes would have them.
 *
 * @example
 * directoryConformance({ test, store: () => ({ open: ({ clock }) => myDirectory(url, { clock }), remove: () => wipe(url) }) })
 */
export function directoryConformance({ test, store }: DirectoryConformanceOptions): void {
  for (const [name, check] of Object.entries(CHECKS)) {
    test(`directory: ${name}`, async () => {
      const opened: Directory[] = []
      const made = await store()
      const clock = { nowMs: START_MS }
      const reopen = async () => {
        const directory = await made.open({ clock: { now: () => clock.nowMs } })
        opened.push(directory)
        return directory
      }
      try {
        await check({ here: await reopen(), there: await reopen(), reopen, clock })
      } finally {
        for (const directory of opened) await directory.close()
        await made.remove()
      }
    })
  }
}

const CHECKS: Section = { ...KEYS, ...CHANGES, ...ROTATION, ...RECORDS, ...HISTORY, ...WATCHING }
