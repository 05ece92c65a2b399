/** The arithmetic of a search: two implementations, whose results are the same to the last bit, since all of it is in integers. */
export interface Kernel {
  readonly name: 'wasm' | 'js'
  /** Bytes of rows that a millisecond is enough for, on one busy core of a 2.5 GHz server: measured, and rounded down. */
  readonly bytesPerMs: { readonly dots: number; readonly nearest: number }
  /** Memory of its own for one partition. @throws RangeError when the machine has no room for it. */
  open(bytes: number): Workspace
}

/** Where the rows of a partition lie, and what can be asked of them. Places in it are offsets in bytes, multiples of 16. */
export interface Workspace {
  /** All of it. Another array after `grow`. */
  readonly bytes: Uint8Array
  /** Make it larger; what is in it stays in its place. @throws RangeError when the machine has no room for it. */
  grow(bytes: number): void
  /** The dot product of each row of int8 with the query: an int32 a row, written at `out`. */
  dots(scan: Scan): void
  /**
   * The rows whose bits differ least from the query's, nearest first, of equals the one that lies first. Written at `out`
   * as pairs of int32, distance and row.
   *
   * @returns how many there are: `most`, or all rows.
   */
  nearest(scan: Scan, most: number): number
}

/** Bytes that a machine reads at once. */
const ALIGNMENT = 16

/** The first place at or behind this one where something may lie. */
export const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

/** Which rows to go through, and for what. */
export interface Scan {
  /** Where the first row begins. */
  readonly rows: number
  readonly count: number
  /** Bytes of one row, a multiple of 16: what a vector does not fill is zero. */
  readonly stride: number
  readonly query: number
  readonly out: number
}
