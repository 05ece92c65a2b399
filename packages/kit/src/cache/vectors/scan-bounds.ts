import type { Kernel } from './kernel/kernel.ts'

export interface ScanBounds {
  /** Rows that are compared number by number; more are first compared by their signs. */
  readonly exactRows: number
  /** Rows that are searched at all. */
  readonly maxRows: number
}

/** Comparing every number is worth its time up to here. */
const MAX_EXACT_ROWS = 4_096

/**
 * How many rows a search can go through before it has held up the event loop for so long. Signs are eight times less to read
 * than numbers: whoever has more than half of the time's worth of numbers reads signs, and then looks at a few rows again.
 */
export function scanBounds({ bytesPerMs }: Kernel, dimensions: number, maxScanMs: number): ScanBounds {
  const rowsWithin = (bytes: number, ofRow: number) => Math.max(1, Math.floor(bytes / ofRow))
  return {
    exactRows: Math.min(MAX_EXACT_ROWS, rowsWithin((bytesPerMs.dots * maxScanMs) / 2, dimensions)),
    maxRows: rowsWithin(bytesPerMs.nearest * maxScanMs, dimensions / 8),
  }
}
