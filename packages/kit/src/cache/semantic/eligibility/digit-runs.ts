/** Digits that belong together, and how they are written. */
export interface DigitRun {
  readonly digits: string
  readonly hasPlus: boolean
  /** How many pieces separators make of it. */
  readonly groups: number
}

const SEPARATORS = ' -./()\u00a0\u202f'
/** Between two digits of one number there are no more of them. */
const MOST_SEPARATORS = 2

/** Every run of digits in a text, with single separators in it or without; read once, from its beginning to its end. */
export function digitRuns(text: string): readonly DigitRun[] {
  const runs: DigitRun[] = []
  let digits = ''
  let groups = 0
  let gap = 0
  let hasPlus = false
  const end = (next: string) => {
    if (digits !== '') runs.push({ digits, hasPlus, groups })
    digits = ''
    groups = 0
    hasPlus = next === '+'
  }
  for (const character of text.normalize('NFKC')) {
    if (character >= '0' && character <= '9') {
      if (digits === '' || gap > 0) groups += 1
      digits += character
      gap = 0
    } else if (digits === '' && SEPARATORS.includes(character)) {
      // “+ (49) 30”: what stands between a plus and its digits.
    } else if (digits !== '' && gap < MOST_SEPARATORS && SEPARATORS.includes(character)) {
      gap += 1
    } else {
      end(character)
      gap = 0
    }
  }
  end('')
  return runs
}
