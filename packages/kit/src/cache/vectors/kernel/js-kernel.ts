import { aligned, type Kernel, type Scan, type Workspace } from './kernel.ts'

/**
 * The kernel in plain JavaScript, some ten times slower: for machines without WebAssembly SIMD, and for partitions that are
 * too small for a memory of their own.
 */
export const jsKernel: Kernel = {
  name: 'js',
  bytesPerMs: { dots: 500_000, nearest: 1_000_000 },
  open: openWorkspace,
}

function openWorkspace(size: number): Workspace {
  let views = viewsOf(new ArrayBuffer(aligned(size)))
  return {
    get bytes() {
      return views.bytes
    },
    grow(wanted) {
      if (wanted > views.bytes.length) views = viewsOf(views.bytes.buffer.transfer(aligned(wanted)))
    },
    dots: (scan) => dots(views, scan),
    nearest: (scan, most) => nearest(views, scan, most),
  }
}

interface Views {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly int8: Int8Array
  readonly int32: Int32Array
}

const viewsOf = (buffer: ArrayBuffer): Views => ({
  bytes: new Uint8Array(buffer),
  int8: new Int8Array(buffer),
  int32: new Int32Array(buffer),
})

function dots({ int8, int32 }: Views, { rows, count, stride, query, out }: Scan): void {
  for (let row = 0; row < count; row += 1) {
    const from = rows + row * stride
    let [a, b, c, d] = [0, 0, 0, 0]
    // Four sums at once, which the processor need not wait for one by one.
    for (let at = 0; at < stride; at += 4) {
      a += int8[from + at]! * int8[query + at]!
      b += int8[from + at + 1]! * int8[query + at + 1]!
      c += int8[from + at + 2]! * int8[query + at + 2]!
      d += int8[from + at + 3]! * int8[query + at + 3]!
    }
    int32[(out >> 2) + row] = a + b + c + d
  }
}

function nearest({ int32 }: Views, { rows, count, stride, query, out }: Scan, most: number): number {
  const [first, asked, words, list] = [rows >> 2, query >> 2, stride >> 2, out >> 2]
  let found = 0
  let farthest = 0x7fffffff
  for (let row = 0; row < count; row += 1) {
    let distance = 0
    for (let at = 0; at < words; at += 1) {
      distance += bitsOf(int32[first + row * words + at]! ^ int32[asked + at]!)
    }
    if (distance >= farthest) continue
    if (found < most) found += 1
    let place = list + 2 * (found - 1)
    for (; place > list && int32[place - 2]! > distance; place -= 2) {
      int32[place] = int32[place - 2]!
      int32[place + 1] = int32[place - 1]!
    }
    int32[place] = distance
    int32[place + 1] = row
    if (found === most) farthest = int32[list + 2 * (most - 1)]!
  }
  return found
}

/** The bits of 32 that are set, by halves of halves: https://graphics.stanford.edu/~seander/bithacks.html#CountBitsSetParallel */
function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
