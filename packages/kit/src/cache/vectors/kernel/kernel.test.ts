import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildKernel, KERNEL_MODULE } from '../../../../../../scripts/build-kernel.ts'
import { jsKernel } from './js-kernel.ts'
import type { Kernel } from './kernel.ts'
import { pickKernel } from './pick-kernel.ts'
import { wasmKernel } from './wasm-kernel.ts'

const wasm = wasmKernel()!

/** Rows and a query of any bytes, in a workspace of a kernel's own. */
function laidOut(kernel: Kernel, { rows, query }: Bytes) {
  const stride = query.length
  const count = rows.length
  const out = stride * (count + 1)
  const space = kernel.open(out + count * 8)
  space.bytes.set(query)
  for (const [at, row] of rows.entries()) space.bytes.set(row, stride * (at + 1))
  return { space, scan: { rows: stride, count, stride, query: 0, out } }
}

function results(kernel: Kernel, bytes: Bytes, most: number) {
  const { space, scan } = laidOut(kernel, bytes)
  const read = (length: number) => [...new Int32Array(space.bytes.buffer, scan.out, length)]
  space.dots(scan)
  const dots = read(scan.count)
  const found = space.nearest(scan, most)
  return { dots, nearest: read(2 * found) }
}

interface Bytes {
  readonly rows: readonly Uint8Array[]
  readonly query: Uint8Array
}

/** Few values, so that distances are often equal. */
const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 127, 128, 129, 255))
const bytesOf = (length: number) =>
  fc.array(byte, { minLength: length, maxLength: length }).map((bytes) => Uint8Array.from(bytes))
const matrices = fc
  .integer({ min: 1, max: 6 })
  .chain((blocks) =>
    fc.record({ rows: fc.array(bytesOf(16 * blocks), { maxLength: 40 }), query: bytesOf(16 * blocks) }),
  )

/** What the interface says, without any cleverness. */
function expected({ rows, query }: Bytes, most: number) {
  const signed = (bytes: Uint8Array) => [...new Int8Array(bytes)]
  const dots = rows.map((row) => signed(row).reduce((sum, value, at) => sum + value * signed(query)[at]!, 0))
  const distance = (row: Uint8Array) =>
    row.reduce((sum, value, at) => sum + (value ^ query[at]!).toString(2).replaceAll('0', '').length, 0)
  const nearest = rows
    .map((row, at) => [distance(row), at] as const)
    .toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
    .slice(0, most)
  return { dots, nearest: nearest.flat() }
}

describe.each([
  ['wasm', wasm],
  ['js', jsKernel],
])('%s', (name, kernel) => {
  it('is there', () => {
    expect(kernel.name).toBe(name)
    expect(pickKernel(kernel.name)).toBe(kernel)
  })

  it('multiplies and counts as the interface says, whatever the bytes', () => {
    const said = fc.property(matrices, fc.integer({ min: 1, max: 32 }), (bytes, most) => {
      expect(results(kernel, bytes, most)).toEqual(expected(bytes, most))
    })
    fc.assert(said, { numRuns: 300 })
  })

  it('is exact at the ends of the numbers, in the longest vectors', () => {
    const full = (value: number) => new Uint8Array(4096).fill(value)
    const { dots, nearest } = results(
      kernel,
      { rows: [full(-128), full(127), full(0)], query: full(-128) },
      3,
    )
    expect(dots).toEqual([4096 * 128 * 128, -4096 * 127 * 128, 0])
    // −128 is one bit of eight, and 127 the seven others.
    expect(nearest).toEqual([0, 0, 4096, 2, 8 * 4096, 1])
  })

  it('keeps what there is when it grows', () => {
    const space = kernel.open(64)
    space.bytes.fill(7, 0, 64)
    space.grow(1_000_000)
    expect(space.bytes.length).toBeGreaterThanOrEqual(1_000_000)
    expect(new Set(space.bytes.subarray(0, 64))).toEqual(new Set([7]))
    expect(space.bytes.subarray(64).every((value) => value === 0)).toBe(true)
    space.grow(10)
    expect(space.bytes.length).toBeGreaterThanOrEqual(1_000_000)
  })
})

it('both kernels give the same, to the last bit, of many rows', () => {
  const same = fc.property(fc.integer(), fc.integer({ min: 1, max: 32 }), (seed, most) => {
    const bytes = randomBytes(seed, { count: 300, length: 64 })
    expect(results(wasm, bytes, most)).toEqual(results(jsKernel, bytes, most))
  })
  fc.assert(same, { numRuns: 50 })
})

function randomBytes(seed: number, { count, length }: { count: number; length: number }): Bytes {
  let state = seed >>> 0
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  }
  const row = () => Uint8Array.from({ length }, next)
  return { rows: Array.from({ length: count }, row), query: row() }
}

describe('the module with the bytes', () => {
  it('is what the builder makes of scan.wat', async () => {
    expect(readFileSync(KERNEL_MODULE, 'utf8')).toBe(await buildKernel())
  })
})
