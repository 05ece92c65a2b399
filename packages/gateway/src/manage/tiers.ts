import { type RecordOperations, recordOperations } from './records.ts'
import { tierShape } from './shapes/tier.ts'

export const tiers: RecordOperations<'tier'> = recordOperations({
  kind: 'tier',
  noun: 'tier',
  shape: tierShape,
})
