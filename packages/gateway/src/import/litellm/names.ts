import type { Mapping } from '../../mapping.ts'

const NAME = /^[^\s\p{C}](?:[^\p{C}]{0,126}[^\s\p{C}])?$/u

/** What things are called here, by their ids there: by their alias where that is one's own, otherwise by the id. */
export function namesOf(rows: readonly Mapping[], id: string, alias: string): ReadonlyMap<unknown, string> {
  const counts = new Map<unknown, number>()
  for (const row of rows) counts.set(row[alias], (counts.get(row[alias]) ?? 0) + 1)
  return new Map(
    rows.map((row) => {
      const name = row[alias]
      const isOwn = typeof name === 'string' && NAME.test(name) && counts.get(name) === 1
      return [row[id], isOwn ? name : String(row[id])]
    }),
  )
}
