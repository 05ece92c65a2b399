import type { KeptTexts } from '../keep/texts.ts'
import type { ChargedTo } from './charges.ts'

/** A line of a month's report. */
export interface ChargebackLine extends ChargedTo {
  /**
   * `correction`: a closed month has turned out otherwise. `unattributed`: in the books, and in no record: what an operator
   * corrected by hand, and records that were lost with a process.
   */
  readonly kind: 'usage' | 'unconfirmed' | 'correction' | 'unattributed'
  /** The closed month that is corrected. */
  readonly corrects: string | null
  /** The team's, as it was when the month was closed. */
  readonly costCenter: string | null
  readonly requests: number
  readonly nanoUsd: bigint
}

/** A month whose report has been given to finance, and does not change any more. */
export interface ClosedMonth {
  readonly name: string
  readonly timeZone: string
  readonly startMs: number
  readonly endMs: number
  readonly closedAtMs: number
  readonly lines: readonly ChargebackLine[]
}

const KIND = 'closed_month'

/** The months that were closed, in their order. */
export async function closedMonths(texts: Pick<KeptTexts, 'list'>): Promise<readonly ClosedMonth[]> {
  return [...(await texts.list(KIND)).values()].map(monthIn)
}

/** @returns whether it is closed by this; if not, somebody else has closed it. */
export function keepClosed(texts: Pick<KeptTexts, 'replace'>, month: ClosedMonth): Promise<boolean> {
  return texts.replace(KIND, month.name, textOf(month), undefined)
}

/** Money is kept as text: JSON has no integers of that size. */
function textOf(month: ClosedMonth): string {
  return JSON.stringify(month, (_, value) => (typeof value === 'bigint' ? String(value) : value))
}

function monthIn(text: string): ClosedMonth {
  return JSON.parse(text, (name, value) => (name === 'nanoUsd' ? BigInt(value as string) : value))
}
