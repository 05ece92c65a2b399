import type { LabelledPair } from './read-pairs.ts'

/** Which questions ask the same, as far as chains of labels say; of all others nobody has said that they do. */
export function meaningsOf(pairs: readonly LabelledPair[]): (question: string) => string {
  const parents = new Map<string, string>()
  const meaning = (question: string): string => {
    let root = question
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up
    // Whoever was passed points to the end from now on, so that no chain is walked twice.
    for (let at = question; at !== root; ) {
      const up = parents.get(at)!
      parents.set(at, root)
      at = up
    }
    return root
  }
  for (const { question1, question2, isDuplicate } of pairs) {
    const [one, other] = [meaning(question1), meaning(question2)]
    if (isDuplicate && one !== other) parents.set(one, other)
  }
  return meaning
}

/** All questions of these pairs, each once, in the order in which they come first. */
export function questionsOf(pairs: readonly LabelledPair[]): readonly string[] {
  return [...new Set(pairs.flatMap(({ question1, question2 }) => [question1, question2]))]
}
