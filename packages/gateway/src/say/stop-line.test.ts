import { expect, it } from 'vitest'
import { stopLine } from './stop-line.ts'

it('says what was served, and whether all of it was waited for', () => {
  const totals = { requests: 1, nanoUsd: 16_800, cutOff: 0 }
  expect(stopLine('SIGINT', totals)).toBe('^C        drained · 1 request · $0.0000168 · books kept')
  expect(stopLine('SIGTERM', { ...totals, requests: 3, cutOff: 2 })).toBe(
    'stop      stopped · 3 requests, 2 cut off · $0.0000168 · books kept',
  )
})
