import { expect, it } from 'vitest'
import type { Ledger } from '../ledger/ledger.ts'
import { budgetReserve } from '../stages/budget-reserve/index.ts'
import { boothOf } from './booth.ts'

it('a service that gives no ledger is told so as it is assembled', () => {
  const none = {} as { ledger: Ledger }
  for (const assemble of [() => boothOf(none.ledger), () => budgetReserve(none)])
    expect(assemble).toThrow(/^`ledger` is missing: give one/)
})
