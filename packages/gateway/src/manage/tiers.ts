import { isDeepStrictEqual } from 'node:util'
import { provisionHolders } from './provision-holders.ts'
import { type RecordOperations, recordOperations } from './records.ts'
import { tierShape } from './shapes/tier.ts'

export const tiers: RecordOperations<'tier'> = recordOperations({
  kind: 'tier',
  noun: 'tier',
  shape: tierShape,
  async settle(manage, { before, after }) {
    if (!isDeepStrictEqual(after?.budgets, before?.budgets)) await provisionHolders(manage)
  },
})
