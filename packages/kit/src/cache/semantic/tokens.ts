/** A word of a text. */
export interface Token {
  /** Compatibility forms folded, apostrophes plain ones. */
  readonly text: string
  /** In lower case. */
  readonly lower: string
  /** Where it begins a sentence, a capital says nothing. */
  readonly starts: boolean
  /** A sign right before or after a number that belongs to it. */
  readonly unit: string
}

/**
 * Letters and digits, and what holds them together when it stands between two of them. The two classes have no character in
 * common, so that no text can make the match go back: its time is that of the text's length.
 */
const TOKEN = /[\p{L}\p{N}\p{M}]+(?:[.,':/@_+-][\p{L}\p{N}\p{M}]+)*/gu
const ENDS_SENTENCE = /[.!?¿¡:;\n"“«(]/u
const UNITS = '%‰°$€£¥₹'
/** “-5” is not 5, and “> 5” is not “< 5”; a dash that stands by itself is none of a number's. */
const SIGN = /[-−±<>≤≥]$|[<>≤≥] $/u

/** Of a text in one form, whatever keyboard it was typed on. */
export function tokensOf(typed: string): readonly Token[] {
  const text = typed.normalize('NFKC').replaceAll('’', "'")
  const tokens: Token[] = []
  let end = 0
  for (const { 0: found, index } of text.matchAll(TOKEN)) {
    const between = text.slice(end, index)
    end = index + found.length
    const starts = tokens.length === 0 || ENDS_SENTENCE.test(between)
    const sign = SIGN.exec(text.slice(Math.max(0, index - 2), index))?.[0].trim() ?? ''
    const unit = sign + (unitAt(text, index - 1) || unitAt(text, end) || unitAt(text, end + 1))
    for (const [at, part] of partsOf(found).entries()) {
      tokens.push({ text: part, lower: part.toLowerCase(), starts: starts && at === 0, unit })
    }
  }
  return tokens
}

function unitAt(text: string, at: number): string {
  const sign = text[at] ?? ''
  return sign !== '' && UNITS.includes(sign) ? sign : ''
}

const HAS_DIGIT = /\p{N}/u
const NOT = /n't$/iu

/** “dark-mode” is two words and “l'hôtel” too; “RFC-9211”, “v2.1” and “don't” are one each. */
function partsOf(found: string): readonly string[] {
  if (HAS_DIGIT.test(found)) return [found]
  if (NOT.test(found)) return [found]
  return found.split(/[',-]/u).filter(Boolean)
}
