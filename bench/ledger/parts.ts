import type { Part } from '../run-parts.ts'

/** What can be asked of the ledger, in the order in which it is run and printed. */
export const PARTS: readonly Part[] = [
  { name: 'scripts', title: 'Time inside Redis', file: 'ledger/scripts.ts' },
  { name: 'calls', title: 'Calls of Redis per request', file: 'ledger/calls.ts' },
  { name: 'rates', title: 'Reserve at a fixed rate', file: 'ledger/rates.ts' },
  { name: 'turns', title: 'SQLite, a transaction a turn', file: 'ledger/turns.ts' },
  { name: 'overspend', title: 'Spend on a limit of $10', file: 'overspend/overspend.ts' },
  { name: 'utilisation', title: 'How much of a budget can be spent', file: 'utilisation/utilisation.ts' },
  { name: 'tight', title: 'How far a stream that is cut goes beyond its budget', file: 'tight/tight.ts' },
]
