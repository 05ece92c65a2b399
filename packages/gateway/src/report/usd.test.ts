import { nanoToUsd, showUsd } from '@tollgate/kit/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { showSum, sumToUsd } from './usd.ts'

it('says what the kit says, wherever the kit can count', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (nano) => {
      expect(sumToUsd(BigInt(nano))).toBe(nanoToUsd(nano))
      expect(showSum(BigInt(nano))).toBe(showUsd(nano))
    }),
  )
})

it('goes on beyond', () => {
  expect(sumToUsd(2n ** 70n)).toBe('1180591620717.411303424')
  expect(showSum(-12_000_000_000_000_000_000n)).toBe('-$12000000000.00')
})
