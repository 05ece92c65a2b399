/**
 * What the rules and guards know of a language: word lists, all of them in lower case. Every list errs on the side of
 * asking the provider, so that a word with two meanings belongs in it.
 */
export interface Language {
  /** ISO 639-1. */
  readonly code: string
  /** Words that hardly any sentence is without, and that other languages here do not have: what it is known by. */
  readonly common: ReadonlySet<string>
  /** Each turns the meaning round. */
  readonly negations: ReadonlySet<string>
  /** Words for numbers and quantities, and what each is worth. */
  readonly numbers: ReadonlyMap<string, number>
  /** Words that are opposites, each with a word that means the contrary. */
  readonly opposites: readonly (readonly [string, string])[]
  /** What asks for an answer that is another one tomorrow. */
  readonly timely: readonly string[]
  /** What stands for something that was said before. */
  readonly pronouns: ReadonlySet<string>
  /** How a text begins (one word: all that it is) when it can only be understood from what was said before. */
  readonly followUps: readonly string[]
  /** What asks to go on with, or to change, something that is there already. */
  readonly edits: readonly string[]
}

/** Written as one text: words apart by spaces, several words of one phrase joined by `_`. */
export function words(text: string): readonly string[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll('_', ' '))
}

/** `on/off` for each pair of opposites. */
export function pairs(text: string): readonly (readonly [string, string])[] {
  return words(text).map((pair) => pair.split('/') as unknown as readonly [string, string])
}

/** From so much on, each word is worth one more than the one before it. */
export function counted(from: number, text: string): readonly (readonly [string, number])[] {
  return words(text).map((word, at) => [word, from + at])
}

/** From twenty on, each word is worth ten more. */
export function tens(text: string): readonly (readonly [string, number])[] {
  return words(text).map((word, at) => [word, 20 + 10 * at])
}
