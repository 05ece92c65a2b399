import { aligned, type Kernel } from './kernel/kernel.ts'
import { packSigns, type Vector } from './quantise.ts'

/** Rows of a search by their bits that are looked at again, number by number. */
export const RESCORED = 32

/** Rows of int8 and their sign bits in one workspace: those of a partition, each under its number. */
export interface Matrix {
  readonly count: number
  /** Rows that there is place for, without another matrix. */
  readonly maxRows: number
  /** Rows up to which every number is compared. */
  readonly exactRows: number
  /** Memory that is taken, bytes. */
  readonly bytes: number
  /** The square of a row's length. */
  squareOf(row: number): number
  /** @throws RangeError when the machine has no room for more. */
  append(vector: Vector): void
  replace(row: number, vector: Vector): void
  /** The last row takes the place of this one. */
  remove(row: number): void
  /** The dot products of the query with all rows, of which there are `exactRows` at most; good until the next search. */
  dots(query: Vector): Int32Array
  /** The {@link RESCORED} rows whose signs differ least from the query's, and their dot products with it; likewise. */
  nearest(query: Vector): { readonly rows: readonly number[]; readonly dots: readonly number[] }
  /** Append all rows to another matrix. */
  copyTo(other: Matrix): void
}

export interface MatrixOptions {
  readonly kernel: Kernel
  readonly dimensions: number
  readonly maxRows: number
  /** How many of them every number is compared of. */
  readonly exactRows: number
}

const FIRST_ROWS = 256
const SQUARE_BYTES = 4

/**
 * An empty matrix. The query and the results come first; then the bits of all rows that there will ever be, since memory that
 * nobody has touched takes none; then the rows, behind which it grows. So nothing has to be moved when it does.
 */
export function openMatrix({ kernel, dimensions, maxRows, exactRows }: MatrixOptions): Matrix {
  const stride = aligned(dimensions)
  const bitStride = aligned(dimensions / 8)
  const queryBits = stride
  const out = queryBits + bitStride
  const bits = aligned(out + Math.max(RESCORED * 8, Math.min(maxRows, exactRows) * 4))
  const rows = bits + maxRows * bitStride
  let capacity = Math.min(maxRows, FIRST_ROWS)
  const space = kernel.open(rows + capacity * stride)
  let squares = new Int32Array(capacity)
  let count = 0

  const int8At = (at: number): Int8Array => {
    const { buffer, byteOffset } = space.bytes
    return new Int8Array(buffer, byteOffset + at, dimensions)
  }
  const rowAt = (row: number): number => rows + row * stride
  const bitsAt = (row: number): number => bits + row * bitStride

  function write(row: number, { int8, square }: Vector): void {
    int8At(rowAt(row)).set(int8)
    packSigns(int8, space.bytes.subarray(bitsAt(row), bitsAt(row) + bitStride))
    squares[row] = square
  }

  function grow(): void {
    capacity = Math.min(maxRows, capacity * 2)
    space.grow(rows + capacity * stride)
    const larger = new Int32Array(capacity)
    larger.set(squares)
    squares = larger
  }

  const results = (length: number): Int32Array =>
    new Int32Array(space.bytes.buffer, space.bytes.byteOffset + out, length)

  return {
    get count() {
      return count
    },
    maxRows,
    exactRows,
    get bytes() {
      return bits + capacity * (stride + bitStride + SQUARE_BYTES)
    },
    squareOf: (row) => squares[row]!,
    append(vector) {
      if (count === capacity) grow()
      write(count, vector)
      count += 1
    },
    replace: write,
    remove(row) {
      count -= 1
      if (row === count) return
      space.bytes.copyWithin(rowAt(row), rowAt(count), rowAt(count) + stride)
      space.bytes.copyWithin(bitsAt(row), bitsAt(count), bitsAt(count) + bitStride)
      squares[row] = squares[count]!
    },
    dots({ int8 }) {
      int8At(0).set(int8)
      space.dots({ rows, count, stride, query: 0, out })
      return results(count)
    },
    nearest({ int8 }) {
      int8At(0).set(int8)
      packSigns(int8, space.bytes.subarray(queryBits, queryBits + bitStride))
      const found = space.nearest({ rows: bits, count, stride: bitStride, query: queryBits, out }, RESCORED)
      const result = results(2 * RESCORED)
      const near = Array.from({ length: found }, (_, at) => result[2 * at + 1]!)
      const dots = near.map((row) => {
        space.dots({ rows: rowAt(row), count: 1, stride, query: 0, out })
        return result[0]!
      })
      return { rows: near, dots }
    },
    copyTo(other) {
      for (let row = 0; row < count; row += 1) {
        other.append({ int8: int8At(rowAt(row)), square: squares[row]! })
      }
    },
  }
}
