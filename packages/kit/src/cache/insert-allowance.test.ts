import { expect, it } from 'vitest'
import type { CacheScope } from './entry.ts'
import { insertAllowance } from './insert-allowance.ts'

const HOUR_MS = 3_600_000
const PROJECT: CacheScope = { org: 'acme', accounts: ['org:acme', 'project:faq'] }
const by = (askedBy: string, createdAtMs = 0, scope: CacheScope = PROJECT) => ({
  askedBy,
  scope,
  createdAtMs,
})

it('lets each caller have so much kept, and more as time goes by', () => {
  const { admit } = insertAllowance({ bytesPerHour: 1_000 })
  expect(admit(by('ada'), 600)).toBe(true)
  expect(admit(by('ada'), 600)).toBe(false)
  expect(admit(by('ada'), 400)).toBe(true)
  expect(admit(by('bob'), 1_000)).toBe(true)
  expect(admit(by('ada', HOUR_MS / 2), 501)).toBe(false)
  expect(admit(by('ada', HOUR_MS / 2), 500)).toBe(true)
  expect(admit(by('ada', 2 * HOUR_MS), 1_001)).toBe(false)
  expect(admit(by('ada', 2 * HOUR_MS), 1_000)).toBe(true)
})

it('is no matter where nobody else has anything', () => {
  const { admit } = insertAllowance({ bytesPerHour: 1 })
  for (const own of ['user:ada', 'key:one'] as const)
    expect(admit(by('ada', 0, { org: 'acme', accounts: ['org:acme', own] }), 1_000)).toBe(true)
  expect(admit(by('ada', 0, { org: '', accounts: [] }), 1_000)).toBe(false)
})

it('gives nothing for a clock that goes back', () => {
  const { admit } = insertAllowance({ bytesPerHour: 1_000 })
  admit(by('ada', HOUR_MS), 1_000)
  expect(admit(by('ada', 0), 1)).toBe(false)
  expect(admit(by('ada', HOUR_MS), 1)).toBe(false)
})
