import { describe, expect, it, test } from 'vitest'
import { vectorIndexConformance } from '../../conformance/vectors.ts'
import type { FleetEvent, FleetFollower, FleetLog } from './fleet-log.ts'
import { type InProcessIndexOptions, inProcessIndex } from './in-process-index.ts'
import { vectorOf } from './quantise.ts'
import { sqliteVectors } from './sqlite/sqlite-vectors.ts'
import type { VectorIndex, VectorRow } from './vector-index.ts'
import type { VectorStore } from './vector-store.ts'

describe('on its own', () => vectorIndexConformance({ test, index: () => inProcessIndex() }))
describe('in plain JavaScript', () =>
  vectorIndexConformance({ test, index: () => inProcessIndex({ kernel: 'js' }) }))
describe('over a store', () =>
  vectorIndexConformance({ test, index: () => inProcessIndex({ store: sqliteVectors(':memory:') }) }))

const row = (id: string, ...numbers: number[]): VectorRow => ({
  id,
  vector: vectorOf(Int8Array.from(numbers)),
})
const QUERY = row('', 127, 0, 0).vector

/** A store that others have open too: closing a handle leaves it. */
function sharedStore(): VectorStore {
  const store = sqliteVectors(':memory:')
  return { ...store, close: async () => {} }
}

/** A log whose followers hear when they are told to. */
function manualLog() {
  const followers: FleetFollower[] = []
  let untold: FleetEvent[] = []
  const log: FleetLog = {
    async tell(event) {
      untold.push(event)
    },
    follow(follower) {
      followers.push(follower)
      return async () => void followers.splice(followers.indexOf(follower), 1)
    },
    async close() {},
  }
  return {
    log,
    followers,
    async pass() {
      const events = untold
      untold = []
      for (const follower of followers) await follower.onEvents(events)
      return events
    },
    async lose() {
      untold = []
      for (const follower of followers) await follower.onGap()
    },
  }
}

async function loaded(index: VectorIndex, partition: string): Promise<number> {
  for (;;) {
    const rows = await index.rows(partition)
    if (rows !== undefined) return rows
    await new Promise(setImmediate)
  }
}

async function idsIn(index: VectorIndex, partition: string): Promise<string[]> {
  await loaded(index, partition)
  return (await index.nearest(partition, QUERY, 32)).map(({ id }) => id).sort()
}

function fleet(options: InProcessIndexOptions = {}) {
  const store = sharedStore()
  const wire = manualLog()
  const open = () => inProcessIndex({ ...options, store, log: wire.log })
  return { store, wire, here: open(), there: open() }
}

describe('of a fleet', () => {
  it('has what another process has added, and not what it has removed', async () => {
    const { wire, here, there } = fleet()
    expect([await loaded(here, 'p'), await loaded(there, 'p')]).toEqual([0, 0])
    await here.put('p', row('a', 127, 0, 0))
    await here.put('p', row('b', 0, 127, 0))
    expect(await idsIn(there, 'p')).toEqual([])
    await wire.pass()
    expect(await idsIn(there, 'p')).toEqual(['a', 'b'])
    await there.remove('p', 'a')
    await there.put('p', row('c', 0, 0, 127))
    await wire.pass()
    expect([await idsIn(here, 'p'), await idsIn(there, 'p')]).toEqual([
      ['b', 'c'],
      ['b', 'c'],
    ])
  })

  it('begins anew where it has missed something', async () => {
    const { wire, here, there } = fleet()
    await here.put('p', row('a', 127, 0, 0))
    expect(await idsIn(there, 'p')).toEqual(['a'])
    await here.put('p', row('b', 127, 1, 0))
    await here.remove('p', 'a')
    await wire.lose()
    expect([await idsIn(here, 'p'), await idsIn(there, 'p')]).toEqual([['b'], ['b']])
  })

  it('does not read what nobody here has asked for', async () => {
    const { store, wire, here, there } = fleet()
    await loaded(there, 'other')
    let reads = 0
    const { read } = store
    store.read = (...wanted) => {
      reads += 1
      return read(...wanted)
    }
    await here.put('p', row('a', 127, 0, 0))
    await wire.pass()
    expect(reads).toBe(0)
  })

  it('tells of the row that had to go before the one that came', async () => {
    const gone: string[] = []
    const { wire, here, there } = fleet({
      maxRows: 2,
      onEvict: (partition, id) => gone.push(`${partition}/${id}`),
    })
    await loaded(there, 'p')
    for (const id of ['a', 'b', 'c']) await here.put('p', row(id, 127, 0, 0))
    expect((await wire.pass()).map((event) => `${event.kind} ${'id' in event ? event.id : ''}`)).toEqual([
      'add a',
      'add b',
      'remove a',
      'add c',
    ])
    expect([await idsIn(here, 'p'), await idsIn(there, 'p'), gone]).toEqual([['b', 'c'], ['b', 'c'], ['p/a']])
  })

  it('follows no more once it is closed', async () => {
    const { wire, here, there } = fleet()
    await here.close()
    expect(wire.followers).toHaveLength(1)
    await there.close()
    expect(wire.followers).toEqual([])
  })
})

describe('a partition that is being loaded', () => {
  /** A store that gives each part when it is told to. */
  function slowStore(parts: readonly (readonly VectorRow[])[]) {
    const gates = parts.map(() => Promise.withResolvers<void>())
    const store: VectorStore = {
      ...sharedStore(),
      async *load() {
        for (const [at, part] of parts.entries()) {
          await gates[at]!.promise
          yield part
        }
      },
    }
    return { store, open: (at: number) => gates[at]!.resolve() }
  }

  it('is searched as far as it came, without waiting', async () => {
    const { store, open } = slowStore([[row('a', 127, 0, 0)], [row('b', 127, 1, 0)]])
    const index = inProcessIndex({ store })
    expect([index.rows('p'), index.nearest('p', QUERY, 4)]).toEqual([undefined, []])
    open(0)
    await expect.poll(async () => (await index.nearest('p', QUERY, 4)).length).toBe(1)
    expect(index.rows('p')).toBeUndefined()
    open(1)
    expect(await idsIn(index, 'p')).toEqual(['a', 'b'])
  })

  it('takes what is done meanwhile for newer than what comes', async () => {
    const { store, open } = slowStore([[row('a', 127, 0, 0), row('b', 127, 0, 0)]])
    const index = inProcessIndex({ store })
    void index.rows('p')
    await index.remove('p', 'a')
    await index.put('p', row('b', -127, 0, 0))
    open(0)
    expect(await idsIn(index, 'p')).toEqual(['b'])
    expect((await index.nearest('p', QUERY, 1))[0]!.score).toBe(-1)
  })

  it('that is dropped meanwhile stays dropped', async () => {
    const { store, open } = slowStore([[row('a', 127, 0, 0)]])
    const index = inProcessIndex({ store })
    void index.rows('p')
    await index.drop('p')
    open(0)
    await new Promise(setImmediate)
    expect(await idsIn(index, 'q')).toEqual(['a'])
  })

  it('makes no room for older rows than it has', async () => {
    const { store, open } = slowStore([
      [row('new', 127, 0, 0), row('older', 127, 0, 0), row('oldest', 127, 0, 0)],
    ])
    const index = inProcessIndex({ store, maxRows: 2 })
    await index.put('p', row('newest', 127, 0, 0))
    open(0)
    expect(await idsIn(index, 'p')).toEqual(['new', 'newest'])
  })

  it('that cannot be loaded is loaded when it is next asked for, and says why it was not', async () => {
    const faults: unknown[] = []
    const healthy = sharedStore()
    await healthy.put('p', row('a', 127, 0, 0))
    let isGone = true
    const store: VectorStore = {
      ...healthy,
      async *load(partition) {
        if (isGone) throw new Error('the disk is gone')
        yield* healthy.load(partition)
      },
    }
    const index = inProcessIndex({ store, onFault: (error) => faults.push(error) })
    expect(index.rows('p')).toBeUndefined()
    await expect.poll(() => faults.map(String)).toEqual(['Error: the disk is gone'])
    isGone = false
    expect(await idsIn(index, 'p')).toEqual(['a'])
  })
})

describe('within bounds', () => {
  it('forgets the partitions that nobody has asked for the longest, and loads them again', async () => {
    const index = inProcessIndex({ store: sharedStore(), maxBytes: 100_000 })
    const partitions = Array.from({ length: 40 }, (_, at) => `p${at}`)
    for (const partition of partitions) {
      await loaded(index, partition)
      await Promise.all(
        Array.from({ length: 20 }, (_, at) => index.put(partition, row(`e${at}`, 127, at, 0))),
      )
    }
    expect(index.bytes).toBeLessThanOrEqual(100_000)
    // Asking begins to load what was forgotten.
    expect(index.rows('p39')).toBe(20)
    expect(index.rows('p0')).toBeUndefined()
    expect(await loaded(index, 'p0')).toBe(20)
  })

  it('tells of what does not belong, and goes on', async () => {
    const faults: unknown[] = []
    const index = inProcessIndex({ onFault: (error) => faults.push(error) })
    await index.put('p', row('a', 127, 0, 0))
    await index.put('p', row('b', 127, 0))
    expect(faults).toEqual([expect.any(RangeError)])
    expect(index.rows('p')).toBe(1)
  })
})
