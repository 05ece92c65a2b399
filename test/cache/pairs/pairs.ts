import { readFileSync } from 'node:fs'

/** Two questions, and whether people say that they ask the same. */
export interface LabelledPair {
  readonly one: string
  readonly other: string
  readonly same: boolean
}

/**
 * Read pairs from JSON, a list of `{ text_a, text_b, label }` with 1 for the same, as GPTCache's benchmark has Quora's: they
 * are not ours to give away. https://github.com/zilliztech/GPTCache/tree/main/examples/benchmark
 */
export function readPairs(path: string): readonly LabelledPair[] {
  const listed = JSON.parse(readFileSync(path, 'utf8')) as readonly {
    readonly text_a: string
    readonly text_b: string
    readonly label: number
  }[]
  return listed.map(({ text_a, text_b, label }) => ({ one: text_a, other: text_b, same: label === 1 }))
}

/** Which questions ask the same, as far as chains of labels say; of all others nobody has said that they do. */
export function meaningsOf(pairs: readonly LabelledPair[]): (question: string) => string {
  const parents = new Map<string, string>()
  const meaning = (question: string): string => {
    let root = question
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up
    for (let at = question; at !== root; ) {
      const up = parents.get(at)!
      parents.set(at, root)
      at = up
    }
    return root
  }
  for (const { one, other, same } of pairs) {
    const [a, b] = [meaning(one), meaning(other)]
    if (same && a !== b) parents.set(a, b)
  }
  return meaning
}

/** Of all words of two questions, how many are in both. */
export function overlap(one: readonly string[], other: readonly string[]): number {
  const words = new Set([...one, ...other])
  const both = one.filter((word) => other.includes(word)).length
  return words.size === 0 ? 0 : both / words.size
}
