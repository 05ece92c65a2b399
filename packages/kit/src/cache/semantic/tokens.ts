/** A word of a text. */
export interface Token {
  readonly text: string
  /** In lower case, compatibility forms folded, typographic apostrophes as plain ones. */
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
const TOKEN = /[\p{L}\p{N}\p{M}]+(?:[.,'’:/@_+-][\p{L}\p{N}\p{M}]+)*/gu
const ENDS_SENTENCE = /[.!?¿¡:;\n"“«(]/u
const UNIT = /[%‰°$€£¥₹]/u

export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  let end = 0
  for (const { 0: found, index } of text.matchAll(TOKEN)) {
    const between = text.slice(end, index)
    end = index + found.length
    const starts = tokens.length === 0 || ENDS_SENTENCE.test(between)
    const unit = unitAt(text, index - 1) || unitAt(text, end) || unitAt(text, end + 1)
    for (const [at, part] of partsOf(found).entries()) {
      tokens.push({ text: part, lower: lowered(part), starts: starts && at === 0, unit })
    }
  }
  return tokens
}

/** Compared in one form whatever keyboard it was typed on. */
export function lowered(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll('’', "'")
}

function unitAt(text: string, at: number): string {
  const sign = text[at] ?? ''
  return UNIT.test(sign) ? sign : ''
}

const HAS_DIGIT = /\p{N}/u
const NOT = /n['’]t$/iu

/** “dark-mode” is two words and “l'hôtel” too; “RFC-9211”, “v2.1” and “don't” are one each. */
function partsOf(found: string): readonly string[] {
  if (HAS_DIGIT.test(found)) return [found]
  if (NOT.test(found)) return [found]
  return found.split(/['’,-]/u).filter(Boolean)
}
