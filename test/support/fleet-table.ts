import { afterAll } from 'vitest'

/** One fault that was brought about. */
export interface Tried {
  readonly fault: string
  readonly promised: string
  readonly happened: string
  /** What the difference may be, at most. */
  readonly bound: string
}

/** Collects what a file of tests has tried, and prints it when all of them are through. */
export function faultTable(): (tried: Tried) => void {
  const rows: Tried[] = []
  afterAll(() => {
    if (rows.length > 0) console.log(tableOf(rows))
  })
  return (tried) => void rows.push(tried)
}

const HEAD: Tried = { fault: 'fault', promised: 'promised', happened: 'happened', bound: 'bound' }
const COLUMNS = ['fault', 'promised', 'happened', 'bound'] as const

function tableOf(rows: readonly Tried[]): string {
  const all = [HEAD, ...rows]
  const widths = COLUMNS.map((column) => Math.max(...all.map((row) => row[column].length)))
  return all
    .map((row) =>
      COLUMNS.map((column, at) => row[column].padEnd(widths[at]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
