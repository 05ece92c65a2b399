/** The name among these that somebody most likely meant; undefined when none is near. */
export function nearest(typed: string, names: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestEdits = Math.max(1, Math.floor(typed.length / 3)) + 1
  for (const name of names) {
    const edits = editsBetween(typed.toLowerCase(), name.toLowerCase())
    if (edits < bestEdits) [best, bestEdits] = [name, edits]
  }
  return best
}

/** More names than this are not listed in an answer. */
const MOST_LISTED = 12

/** `did you mean "default"?` where a name is near, otherwise the names there are. */
export function hint(
  typed: string,
  names: Iterable<string>,
  show: (name: string) => string = String,
): string {
  const meant = nearest(typed, names)
  if (meant !== undefined) return `did you mean ${show(meant)}?`
  const all = [...names]
  return all.length > MOST_LISTED ? 'no name here is like it' : `use ${listed(all.map(show))}`
}

/** `a, b or c` */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

/** Letters to insert, delete, replace, or swap with their neighbour, to get from one text to the other. */
function editsBetween(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (swapped) row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1)
    }
    beforeLast = last
    last = row
  }
  return last[to.length]!
}
