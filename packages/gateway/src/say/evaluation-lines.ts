import { clopperPearson } from '@tollgate/kit/cache/semantic'
import type { Count } from '../pairs/replay-questions.ts'
import { percent } from './percent.ts'
import { table } from './table.ts'

/** Each bound at 97.5 %: both together at 95 %. */
const ONE_SIDED = 0.975

/** Between what its share of wrong answers is, with 95 % confidence. */
export function boundsOf({ served, wrong }: Count): { readonly lower: number; readonly upper: number } {
  return served === 0 ? { lower: 0, upper: 1 } : clopperPearson(wrong, served, ONE_SIDED)
}

const COLUMNS = [
  { title: 'RULE' },
  ...['ASKED', 'SERVED', 'WRONG', 'WRONG OF SERVED', '95 %'].map((title) => ({ title, right: true })),
]

/**
 * What an evaluation has found, and how to read it.
 *
 * @param first what was asked before anything counted.
 */
export function evaluationLines(
  encoder: string,
  first: Count,
  rules: readonly ({ readonly rule: string } & Count)[],
): string[] {
  const rows = rules.map(({ rule, ...count }) => {
    const { asked, served, wrong } = count
    const { lower, upper } = boundsOf(count)
    return [
      ...[rule, String(asked), `${served} (${percent(asked ? served / asked : 0)})`, String(wrong)],
      ...(served === 0 ? ['-', '-'] : [percent(wrong / served), `${percent(lower)} – ${percent(upper)}`]),
    ]
  })
  return [
    `encoder   ${encoder}`,
    `first     ${first.asked} questions to begin with: ${first.served} served, ${first.wrong} wrong`,
    'second    the half that counts; each question is decided on before it is known what it means',
    '',
    ...table(COLUMNS, rows),
    '',
    'A question that no chain of labels says to be the same counts as wrong: some of them are right.',
  ]
}
