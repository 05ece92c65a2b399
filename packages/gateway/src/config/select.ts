import type { Path } from './problem.ts'

/** A value and its place in a tree. */
export interface Found {
  readonly path: Path
  readonly value: unknown
}

/**
 * All values at places like `teams[].tier` or `routes.*[]`: `[]` is each item of a list, `*` each value of a mapping. What
 * has another shape, or is not there, is left out.
 */
export function select(tree: unknown, pattern: string): Found[] {
  const steps = pattern.split(/\.|(?=\[\])/)
  return steps.reduce<Found[]>(
    (found, step) => found.flatMap((each) => inside(each, step)),
    [{ path: [], value: tree }],
  )
}

function inside({ path, value }: Found, step: string): Found[] {
  if (step === '[]')
    return Array.isArray(value) ? value.map((item, i) => ({ path: [...path, i], value: item })) : []
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const entries = Object.entries(value).filter(([name]) => step === '*' || name === step)
  return entries.map(([name, inner]) => ({ path: [...path, name], value: inner }))
}
