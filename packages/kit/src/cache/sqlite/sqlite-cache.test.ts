import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { entryFor, fill, place } from '../../conformance/cache/bench.ts'
import { cacheConformance } from '../../conformance/cache.ts'
import { sqliteCache } from './sqlite-cache.ts'

const folders: string[] = []

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tollgate-cache-'))
  folders.push(made)
  return made
}

afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true })
})

cacheConformance({
  test,
  store: () => {
    const path = join(folder(), 'cache.db')
    return { open: (options) => sqliteCache(path, options), remove: () => {} }
  },
})

const CLOCK = { now: () => Date.UTC(2026, 10, 21) }

test('what was kept, and what was forgotten, survives a restart', async () => {
  const path = join(folder(), 'cache.db')
  const before = sqliteCache(path, { clock: CLOCK })
  const [one, two] = [entryFor(place('one')), entryFor(place('two', { tags: ['docs'] }))]
  await fill(before, one)
  await fill(before, two)
  await before.invalidate({ what: 'tag', org: 'acme', tag: 'docs' })
  await before.close()
  const after = sqliteCache(path, { clock: CLOCK })
  expect((await after.get(one)).entry).toEqual(one)
  expect((await after.get(two)).entry).toBeUndefined()
  await after.close()
})

test('its file can be read by its owner only', async () => {
  const path = join(folder(), 'deeper', 'cache.db')
  await sqliteCache(path).close()
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('takes out what has expired as others come', async () => {
  let nowMs = CLOCK.now()
  const store = sqliteCache(':memory:', { clock: { now: () => nowMs } })
  for (let at = 0; at < 8; at += 1) await fill(store, entryFor(place(`old-${at}`)))
  nowMs += 2 * 3_600_000
  for (let at = 0; at < 2; at += 1)
    await fill(store, entryFor(place(`new-${at}`), { expiresAtMs: nowMs + 1_000 }))
  expect((await store.status()).entries).toBe(2)
  await store.close()
})
