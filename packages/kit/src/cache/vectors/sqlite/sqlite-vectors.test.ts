import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { vectorStoreConformance } from '../../../conformance/vectors.ts'
import { vectorOf } from '../quantise.ts'
import type { VectorStore } from '../vector-store.ts'
import { sqliteVectors } from './sqlite-vectors.ts'

function temporaryFile() {
  const folder = mkdtempSync(join(tmpdir(), 'vectors-'))
  return { path: join(folder, 'tollgate.db'), remove: () => rmSync(folder, { recursive: true }) }
}

vectorStoreConformance({
  test,
  store() {
    const { path, remove } = temporaryFile()
    return { open: ({ clock }) => sqliteVectors(path, { clock }), remove }
  },
})

const row = (id: string) => ({ id, vector: vectorOf(Int8Array.from([127, -1, 0])) })

async function idsIn(store: VectorStore, partition: string): Promise<string[]> {
  const ids: string[] = []
  for await (const rows of store.load(partition)) ids.push(...rows.map(({ id }) => id))
  return ids
}

describe('the file', () => {
  function opened() {
    const { path, remove } = temporaryFile()
    const store = sqliteVectors(path)
    onTestFinished(async () => {
      await store.close()
      remove()
    })
    return { path, store }
  }

  it('can be read by its owner only', () => {
    expect(statSync(opened().path).mode & 0o777).toBe(0o600)
  })

  it('is read from the newest row on, so that a partition that is too large keeps those', async () => {
    const { store } = opened()
    for (const id of ['a', 'b', 'c']) await store.put('p', row(id))
    await store.put('p', row('a'))
    expect(await idsIn(store, 'p')).toEqual(['c', 'b', 'a'])
  })

  it('that another process is writing to is written later, in order', async () => {
    const { path, store } = opened()
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    const writes = [store.put('p', row('a')), store.put('p', row('b')), store.remove('p', 'a')]
    expect(await idsIn(store, 'p')).toEqual([])
    other.exec('COMMIT')
    await Promise.all(writes)
    expect(await idsIn(store, 'p')).toEqual(['b'])
    other.close()
  })

  it('that stays busy loses what was to be written, and says so', async () => {
    const { path, store } = opened()
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    await expect(store.put('p', row('a'))).rejects.toThrow(/locked/)
    other.exec('COMMIT')
    other.close()
    await store.put('p', row('b'))
    expect(await idsIn(store, 'p')).toEqual(['b'])
  })

  it('of a newer layout is refused', async () => {
    const { path, store } = opened()
    await store.close()
    const db = new DatabaseSync(path)
    db.exec('UPDATE cache_vector_layout SET version = 2')
    db.close()
    expect(() => sqliteVectors(path)).toThrow('the vectors of the cache has layout 2')
  })
})

it('deletes what has expired when it is told to', async () => {
  let nowMs = 1_000
  const store = sqliteVectors(':memory:', { clock: { now: () => nowMs } })
  await store.put('p', { ...row('a'), expiresAtMs: 2_000 })
  await store.put('p', row('b'))
  expect(await store.prune()).toBe(0)
  nowMs = 2_000
  expect(await store.prune()).toBe(1)
  expect(await store.prune()).toBe(0)
  await store.close()
})
