import assert from 'node:assert/strict'
import type { Clock } from '../../core/clock.ts'
import type { Changed, Directory } from '../../directory/directory.ts'
import { issueKey } from '../../directory/issue-key.ts'
import { keyHasher } from '../../directory/key-hash.ts'
import { type KeyRecord, keySummary } from '../../directory/key-record.ts'

/** One store, which several processes could open. */
export interface DirectoryStore {
  open(options: { readonly clock: Clock }): Directory | Promise<Directory>
  remove(): void | Promise<void>
}

/** What a test is given: two handles on one empty store, as two processes would have, and the time. */
export interface Bench {
  readonly here: Directory
  readonly there: Directory
  readonly reopen: () => Promise<Directory>
  readonly clock: { nowMs: number }
}

/** Sentences about a directory, each with what holds it to that. */
export type Section = Record<string, (bench: Bench) => Promise<void>>

export const START_MS: number = Date.UTC(2026, 10, 21)

export const hasher = keyHasher('a master key for the suite alone, 32 bytes or more')

/** A key to be kept, with its secret out of sight. */
export const keyNamed = (id: string, more: Partial<KeyRecord> = {}): KeyRecord => ({
  ...issueKey({ hasher, id, org: 'acme', clock: { now: () => START_MS } }).record,
  ...more,
})

/** Another secret for a key, of which only what recognises it is known here. */
export const otherSecret = (graceUntilMs: number) => {
  const { lookup, hash } = keyNamed('other')
  return { lookup, hash, graceUntilMs }
}

export async function ids(directory: Directory): Promise<string[]> {
  return (await directory.listKeys()).map(({ id }) => id)
}

/** The key is there, equal in every field, and shown in lists likewise. */
export async function assertFound(directory: Directory, expected: KeyRecord): Promise<void> {
  const whole = { revision: 1, ...expected }
  const found = await directory.findKey(expected.lookup)
  assert.ok(found, `${expected.id} is not found`)
  assert.deepEqual(comparable(found), comparable(whole))
  const listed = (await directory.listKeys()).find(({ id }) => id === expected.id)
  assert.deepEqual(listed, keySummary(whole))
  assert.deepEqual(await directory.getKey(expected.id), keySummary(whole))
}

/** Stores differ in what their bytes are: a Buffer here, a plain array there. */
export function comparable({ hash, previous, ...rest }: KeyRecord): object {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  return { ...rest, hash: hex(hash), previous: previous && { ...previous, hash: hex(previous.hash) } }
}

/** What a watcher has been told so far, and how to wait until it has been told something. */
export function listener(): {
  readonly told: (Changed | undefined)[]
  readonly hear: (changed: Changed | undefined) => void
  readonly until: (met: (told: readonly (Changed | undefined)[]) => boolean) => Promise<void>
} {
  const told: (Changed | undefined)[] = []
  const waiting = new Set<() => void>()
  return {
    told,
    hear(changed) {
      told.push(changed)
      for (const look of waiting) look()
    },
    until: (met) =>
      new Promise((resolve) => {
        const look = () => {
          if (!met(told)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}
