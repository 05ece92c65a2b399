import assert from 'node:assert/strict'
import type { VectorRow } from '../../cache/vectors/vector-index.ts'
import type { VectorStore } from '../../cache/vectors/vector-store.ts'
import { randomFrom } from '../ledger/random.ts'
import { randomVector } from './random-vector.ts'

/** What a test is given: two handles on one empty store, as two processes would have, and the time. */
export interface StoreBench {
  readonly here: VectorStore
  readonly there: VectorStore
  readonly reopen: () => Promise<VectorStore>
  readonly clock: { nowMs: number }
}

const PART = 'acme/{faq}:1'

export const STORE_CASES: Record<string, (bench: StoreBench) => Promise<void>> = {
  async 'is empty at first'({ here }) {
    assert.deepEqual(await all(here), [])
    assert.deepEqual(await here.read(PART, ['a']), [])
    await here.remove(PART, 'a')
    await here.drop(PART)
  },

  async 'gives back every row as it was kept'({ here, there, clock }) {
    const rows = rowsOf(3)
    await here.put(PART, rows[0]!)
    await here.put(PART, {
      ...rows[1]!,
      features: Uint8Array.from([0, 1, 255]),
      expiresAtMs: clock.nowMs + 1,
    })
    await here.put(PART, { ...rows[2]!, id: 'an id “with” \n everything' })
    const kept = byId(await all(there))
    assert.deepEqual(
      kept.map(plain),
      byId(
        await here.read(
          PART,
          kept.map(({ id }) => id),
        ),
      ).map(plain),
    )
    assert.deepEqual(
      kept.map(plain),
      [
        { ...plain(rows[0]!), id: 'e0' },
        { ...plain(rows[1]!), features: [0, 1, 255], expiresAtMs: clock.nowMs + 1 },
        { ...plain(rows[2]!), id: 'an id “with” \n everything' },
      ].sort(ascending),
    )
  },

  async 'replaces the row with an id'({ here, there }) {
    const [first, second] = rowsOf(2)
    await here.put(PART, first!)
    await there.put(PART, { ...second!, id: first!.id })
    assert.deepEqual((await all(here)).map(plain), [{ ...plain(second!), id: first!.id }])
  },

  async 'keeps partitions apart'({ here }) {
    const [first, second] = rowsOf(2)
    await here.put(PART, first!)
    await here.put(`${PART}0`, second!)
    await here.drop(PART)
    assert.deepEqual(await all(here), [])
    assert.deepEqual((await all(here, `${PART}0`)).map(plain), [plain(second!)])
  },

  async 'gives nothing that has been removed or has expired'({ here, there, clock }) {
    const rows = rowsOf(3)
    for (const [at, row] of rows.entries())
      await here.put(PART, { ...row, expiresAtMs: clock.nowMs + 10 + at })
    await there.remove(PART, 'e2')
    clock.nowMs += 10
    assert.deepEqual(
      (await all(here)).map(({ id }) => id),
      ['e1'],
    )
    assert.deepEqual(
      (await there.read(PART, ['e0', 'e1', 'e2', 'e3'])).map(({ id }) => id),
      ['e1'],
    )
  },

  async 'gives a large partition in parts, each row once at least'({ here, there }) {
    const rows = rowsOf(1_000)
    await Promise.all(rows.map((row) => here.put(PART, row)))
    let parts = 0
    const seen = new Set<string>()
    for await (const part of there.load(PART)) {
      parts += 1
      for (const { id } of part) seen.add(id)
    }
    assert.ok(parts > 1)
    assert.deepEqual([...seen].sort(), rows.map(({ id }) => id).sort())
  },

  async 'remembers after all handles were closed'({ here, there, reopen }) {
    const [row] = rowsOf(1)
    await here.put(PART, row!)
    await Promise.all([here.close(), there.close()])
    assert.deepEqual((await all(await reopen())).map(plain), [plain(row!)])
  },

  async 'can be closed twice'({ here }) {
    await here.close()
    await here.close()
  },
}

function rowsOf(count: number): VectorRow[] {
  const random = randomFrom(count)
  return Array.from({ length: count }, (_, at) => ({ id: `e${at}`, vector: randomVector(random, 24) }))
}

async function all(store: VectorStore, partition: string = PART): Promise<VectorRow[]> {
  const rows: VectorRow[] = []
  for await (const part of store.load(partition)) rows.push(...part)
  return rows
}

/** A row by its values, whatever holds them. */
function plain({ id, vector, features, expiresAtMs }: VectorRow) {
  return {
    id,
    int8: [...vector.int8],
    square: vector.square,
    features: [...(features ?? [])],
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  }
}

const ascending = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1)
const byId = (rows: readonly VectorRow[]) => rows.toSorted(ascending)
