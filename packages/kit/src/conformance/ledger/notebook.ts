import {
  type AccountId,
  type AccountState,
  type Amounts,
  METRICS,
  type Standing,
} from '../../ledger/ledger.ts'
import { amounts } from './bench.ts'

/** A reservation as its replies tell of it. */
export interface Note {
  readonly id: string
  readonly path: readonly AccountId[]
  /** When the window of each budget ends that this reservation was admitted under. */
  readonly windows: ReadonlyMap<string, number | null>
  state: 'open' | 'settled' | 'released' | 'expired'
  dueMs: number
  held: Amounts
  consumed: Amounts
  observed: Amounts
  /** What a settle said, and whether it was exact; what was made of it. */
  told: Amounts
  exact: boolean
  charge: Amounts
  endedAtMs: number
}

/** What a walk has learnt from replies alone, beside the books as they were read last. */
export interface Notebook {
  readonly notes: Note[]
  readonly adjusted: Map<string, number>
  books: readonly AccountState[]
}

type Line = [account: string, budget: string, spent: number, reserved: number, unconfirmed: number]

/** The books, as lines to compare. */
export function seenIn({ books }: Notebook): Line[] {
  return books.flatMap(({ account, spent, reserved, unconfirmed, budgets }) => [
    [account, 'total', spent, reserved, unconfirmed] satisfies Line,
    ...budgets.map((line): Line => [account, line.budget, line.spent, line.reserved, line.unconfirmed]),
  ])
}

/** The same lines, as the notebook has them: what running reservations hold, what is spent, and adjustments. */
export function expectedIn(notebook: Notebook): Line[] {
  return notebook.books.flatMap(({ account, budgets }) => [
    sum(notebook, account, 'total', () => true, 'usd'),
    ...budgets.map(({ budget, metric, resetAtMs }) =>
      sum(
        notebook,
        account,
        budget,
        ({ windows }) => windows.get(`${account} ${budget}`) === resetAtMs,
        metric,
      ),
    ),
  ])
}

function sum(
  { notes, adjusted }: Notebook,
  account: AccountId,
  budget: string,
  counts: (note: Note) => boolean,
  metric: keyof Amounts,
): Line {
  let spent = budget === 'total' ? (adjusted.get(account) ?? 0) : 0
  let reserved = 0
  let unconfirmed = 0
  for (const note of notes) {
    if (!note.path.includes(account) || !counts(note)) continue
    const rest = note.held[metric] - note.consumed[metric]
    if (note.state === 'open') {
      reserved += rest
      spent += note.consumed[metric]
    } else if (note.state === 'expired') {
      unconfirmed += rest
      spent += note.held[metric]
    } else spent += note.charge[metric]
  }
  return [account, budget, spent, reserved, unconfirmed]
}

export function standingsOf(books: readonly AccountState[], path: readonly AccountId[]): readonly Standing[] {
  return books.filter(({ account }) => path.includes(account)).flatMap(({ budgets }) => budgets)
}

export const most = (a: Amounts, b: Amounts): Amounts => combined(a, b, Math.max)
export const least = (a: Amounts, b: Amounts): Amounts => combined(a, b, Math.min)

function combined(a: Amounts, b: Amounts, choose: (a: number, b: number) => number): Amounts {
  const [usd, tokens, requests] = METRICS.map((metric) => choose(a[metric], b[metric]))
  return amounts(usd!, tokens, requests)
}
