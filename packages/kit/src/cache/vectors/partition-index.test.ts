import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clusteredVectors } from '../../../../../test/support/clustered-vectors.ts'
import type { Kernel } from './kernel/kernel.ts'
import { pickKernel } from './kernel/pick-kernel.ts'
import { type PartitionIndex, partitionIndex } from './partition-index.ts'
import { cosine, quantise, type Vector } from './quantise.ts'
import { scanBounds } from './scan-bounds.ts'

const kernels = [pickKernel('wasm'), pickKernel('js')].map((kernel) => [kernel.name, kernel] as const)

const vector = (...values: number[]): Vector => {
  const quantised = quantise(values, values.length)
  if (quantised.status !== 'quantised') throw new Error(quantised.why)
  return quantised.vector
}

const open = (kernel: Kernel, dimensions: number, more: { maxRows?: number; victim?: () => string } = {}) =>
  partitionIndex({ kernel, dimensions, maxRows: 20_000, maxScanMs: 1, ...more })

/** The scan that there is no arguing with. */
function scan(rows: ReadonlyMap<string, Vector>, query: Vector): Map<string, number> {
  return new Map(
    [...rows].map(([id, row]) => [id, cosine(dotOf(row.int8, query.int8), row.square, query.square)]),
  )
}

function dotOf(one: Int8Array, other: Int8Array): number {
  let dot = 0
  for (let at = 0; at < one.length; at += 1) dot += one[at]! * other[at]!
  return dot
}

/** Ids may differ where scores are equal: scores must not. */
function expectNearest(index: PartitionIndex, rows: ReadonlyMap<string, Vector>, query: Vector): void {
  const truth = scan(rows, query)
  const found = index.nearest(query, 4)
  expect(found.map(({ id, score }) => [id, score])).toEqual(found.map(({ id }) => [id, truth.get(id)]))
  const best = [...truth.values()].sort((a, b) => b - a).slice(0, 4)
  expect(found.map(({ score }) => score)).toEqual(best)
}

describe.each(kernels)('on %s', (_, kernel) => {
  it('is what a map of its rows is, after any history', () => {
    const id = fc.integer({ min: 0, max: 30 }).map(String)
    const values = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 5, maxLength: 5 })
    const numbers = values.filter((some) => some.some((value) => value !== 0))
    const step = fc.oneof(
      fc.record({ kind: fc.constant('put' as const), id, numbers }),
      fc.record({ kind: fc.constant('remove' as const), id }),
      fc.record({ kind: fc.constant('nearest' as const), numbers }),
    )
    const histories = fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const index = open(kernel, 5)
      const rows = new Map<string, Vector>()
      for (const one of steps) {
        if (one.kind === 'nearest') expectNearest(index, rows, vector(...one.numbers))
        else if (one.kind === 'put') {
          expect(index.put({ id: one.id, vector: vector(...one.numbers) })).toBeUndefined()
          rows.set(one.id, vector(...one.numbers))
        } else expect(index.remove(one.id)).toBe(rows.delete(one.id))
        expect(index.count).toBe(rows.size)
      }
      for (let at = 0; at <= 30; at += 1) expect(index.has(String(at))).toBe(rows.has(String(at)))
    })
    fc.assert(histories, { numRuns: 150 })
  })

  it('goes on unchanged when it outgrows its memory, and when it becomes small again', () => {
    const { rows, queries } = clusteredVectors({ seed: 5, rows: 700, dimensions: 40, queries: 3 })
    const index = open(kernel, 40)
    const kept = new Map<string, Vector>()
    for (const [at, row] of rows.entries()) {
      index.put({ id: `e${at}`, vector: row, features: Buffer.from(`features of ${at}`) })
      kept.set(`e${at}`, row)
      if ([8, 9, 128, 129, 256, 257, 512, 513].includes(at)) expectNearest(index, kept, queries[0]!)
    }
    for (const query of queries) expectNearest(index, kept, query)
    for (let at = 0; at < 690; at += 1) {
      index.remove(`e${at}`)
      kept.delete(`e${at}`)
    }
    for (const query of queries) expectNearest(index, kept, query)
    const [best] = index.nearest(rows[695]!, 1)
    expect(best).toMatchObject({ id: 'e695', score: 1 })
    expect(Buffer.from(best!.features).toString()).toBe('features of 695')
  })

  it('finds by signs what comparing every number finds', () => {
    const rows = scanBounds(kernel, 384, 1).exactRows + 1_000
    const world = clusteredVectors({ seed: 11, rows, dimensions: 384, queries: 60 })
    const index = open(kernel, 384)
    for (const [at, row] of world.rows.entries()) index.put({ id: String(at), vector: row })
    const kept = new Map(world.rows.map((row, at) => [String(at), row]))
    for (const query of world.queries) {
      const best = Math.max(...scan(kept, query).values())
      expect(index.nearest(query, 1)[0]!.score).toBe(best)
    }
  })
})

describe('a full partition', () => {
  const put = (index: PartitionIndex, id: string) => index.put({ id, vector: vector(1, 2, 3) })

  it('lets the oldest go', () => {
    const index = open(pickKernel(), 3, { maxRows: 3 })
    for (const id of ['a', 'b', 'c']) expect(put(index, id)).toBeUndefined()
    expect(put(index, 'a')).toBeUndefined()
    expect(put(index, 'd')).toBe('a')
    expect(put(index, 'e')).toBe('b')
    expect(
      index
        .nearest(vector(1, 2, 3), 9)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['c', 'd', 'e'])
  })

  it('lets go whom it is told to, and the oldest where that one is not there', () => {
    let victim = 'b'
    const index = open(pickKernel(), 3, { maxRows: 3, victim: () => victim })
    for (const id of ['a', 'b', 'c']) put(index, id)
    expect(put(index, 'd')).toBe('b')
    victim = 'nobody'
    expect(put(index, 'e')).toBe('a')
    expect(index.count).toBe(3)
  })

  it('has no more rows than can be searched in the time', () => {
    const bounds = scanBounds(pickKernel('js'), 3_072, 0.1)
    const index = partitionIndex({
      kernel: pickKernel('js'),
      dimensions: 3_072,
      maxRows: 20_000,
      maxScanMs: 0.1,
    })
    const numbers = Array.from({ length: 3_072 }, (_, at) => at - 7)
    for (let at = 0; at < bounds.maxRows + 5; at += 1)
      index.put({ id: String(at), vector: vector(...numbers) })
    expect(bounds.maxRows).toBe(260)
    expect([index.count, index.isFull]).toEqual([260, true])
  })

  it('is one of any size', () => {
    for (const maxRows of [1, 2, 8, 9, 127, 128, 129, 300]) {
      const index = open(pickKernel(), 3, { maxRows })
      for (let at = 0; at < maxRows + 5; at += 1) put(index, String(at))
      expect(index.count).toBe(maxRows)
      expect(index.nearest(vector(1, 2, 3), 40)).toHaveLength(Math.min(32, maxRows))
    }
  })
})

describe('what does not belong', () => {
  it('has no neighbours, and cannot be put', () => {
    const index = open(pickKernel(), 3)
    expect(index.nearest(vector(1, 2, 3), 4)).toEqual([])
    index.put({ id: 'a', vector: vector(1, 2, 3) })
    expect(index.nearest(vector(1, 2), 4)).toEqual([])
    expect(() => index.put({ id: 'b', vector: vector(1, 2) })).toThrow(RangeError)
    expect(index.count).toBe(1)
    expect(index.remove('b')).toBe(false)
  })

  it('lies in plain memory where there is none to be had for WebAssembly', () => {
    const none: Kernel = {
      ...pickKernel(),
      open() {
        throw new RangeError('could not allocate memory')
      },
    }
    const { rows } = clusteredVectors({ seed: 3, rows: 300, dimensions: 16, queries: 0 })
    const index = open(none, 16)
    for (const [at, row] of rows.entries()) index.put({ id: String(at), vector: row })
    expect(index.nearest(rows[299]!, 1)[0]!.score).toBe(1)
  })
})

it('counts its bytes', () => {
  const index = open(pickKernel(), 384)
  const { rows } = clusteredVectors({ seed: 2, rows: 1_000, dimensions: 384, queries: 0 })
  for (const [at, row] of rows.entries())
    index.put({ id: String(at), vector: row, features: new Uint8Array(50) })
  expect(index.bytes).toBeGreaterThan(1_000 * (384 + 48 + 50))
  const before = index.bytes
  index.remove('0')
  expect(index.bytes).toBeLessThan(before)
})
