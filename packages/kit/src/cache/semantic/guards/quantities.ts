import type { Language } from '../languages/language.ts'
import type { Token } from '../tokens.ts'

/** A number and nothing else, with its separators: `1,000.50`, `2,5`, `3rd`. */
const NUMBER = /^(\p{Nd}[\p{Nd}.,']*)(?:st|nd|rd|th|er|e|º|ª)?$/u

/**
 * The numbers of a text in order of size, those in words among them, each with its unit's sign: `5%` is not 5. Words that
 * make one number are one, twenty and five as well as two and hundred.
 */
export function quantitiesOf(tokens: readonly Token[], language: Language | undefined): readonly string[] {
  const found: string[] = []
  let running: number | undefined
  const close = () => {
    if (running !== undefined) found.push(String(running))
    running = undefined
  }
  for (const { lower, unit } of tokens) {
    const word = language?.numbers.get(lower)
    if (word !== undefined) {
      const joined = join(running, word)
      if (joined === undefined) close()
      running = joined ?? word
      continue
    }
    if (running !== undefined && JOINING.has(lower)) continue
    close()
    const digits = NUMBER.exec(lower)?.[1]
    if (digits !== undefined) found.push(plain(digits) + unit)
  }
  close()
  return found.sort()
}

/** “One hundred and five”, “treinta y cinco”, “vingt et un”. */
const JOINING: ReadonlySet<string> = new Set(['and', 'y', 'et', 'und'])

function join(running: number | undefined, word: number): number | undefined {
  if (running === undefined) return undefined
  if (word >= 100 && running < word) return running * word
  if (running >= 20 && word < 10 && running % 10 === 0) return running + word
  if (running >= 100 && word < 100) return running + word
  return undefined
}

/** Any script's digits as ours; separators of thousands left out, and the decimal one a point. */
function plain(digits: string): string {
  const ours = [...digits.normalize('NFKC')].map(ownDigit).join('').replaceAll("'", '')
  const parts = ours.split(/[.,]/).filter(Boolean)
  const last = parts.at(-1)!
  if (parts.length < 2) return withoutZeros(ours)
  const isDecimal = last.length !== 3 || separators(ours) > 1
  return isDecimal ? `${withoutZeros(parts.slice(0, -1).join(''))}.${last}` : withoutZeros(parts.join(''))
}

const separators = (digits: string) => new Set(digits.match(/[.,]/g)).size

const withoutZeros = (digits: string) => digits.replace(/^0+(?=\d)/, '')

/** Unicode has every script's ten digits in a row that begins at its zero. */
function ownDigit(character: string): string {
  if (character <= '9') return character
  const code = character.codePointAt(0)!
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return String(code - zero)
}
