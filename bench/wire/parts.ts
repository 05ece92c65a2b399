import type { Part } from '../run-parts.ts'

/** What can be asked of the way to a provider, in the order in which it is run and printed. */
export const PARTS: readonly Part[] = [
  { name: 'translation', title: 'Served by a provider of another dialect', file: 'wire/translation.ts' },
  { name: 'engine', title: 'What the routing engine itself takes', file: 'wire/engine.ts' },
  { name: 'failover', title: 'What failover adds while nothing fails', file: 'wire/failover.ts' },
]
