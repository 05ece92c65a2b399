import { provisionHolders } from './provision-holders.ts'
import { type RecordOperations, recordOperations } from './records.ts'
import { orgShape } from './shapes/org.ts'
import { checkTier } from './tier-rules.ts'

export const orgs: RecordOperations<'org'> = recordOperations({
  kind: 'org',
  noun: 'org',
  shape: orgShape,
  async check(manage, operator, { before, after }) {
    if (after?.tier !== before?.tier) await checkTier(manage, operator, after?.tier)
  },
  async settle(manage, { before, after }) {
    if (after?.tier !== before?.tier) await provisionHolders(manage)
  },
})
