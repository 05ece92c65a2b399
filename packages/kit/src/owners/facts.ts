import type { StoredFacts } from '../wire/stored/holdings.ts'

/** What is known of a thing, as a text; empty where nothing is. */
export function factsText(facts: StoredFacts | undefined): string {
  return facts === undefined || Object.keys(facts).length === 0 ? '' : JSON.stringify(facts)
}

/** The same as it was. */
export function factsFrom(text: string): StoredFacts {
  return text === '' ? {} : (JSON.parse(text) as StoredFacts)
}
