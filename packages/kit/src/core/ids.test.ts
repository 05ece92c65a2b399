import { expect, it } from 'vitest'
import { requestId, uuidv7 } from './ids.ts'

it('makes UUIDs of version 7 that carry their time and sort by it', () => {
  const id = uuidv7(Date.UTC(2026, 10, 21))
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 10, 21))
  expect(uuidv7(1) < uuidv7(2)).toBe(true)
})

it('never makes the same id twice, over many draws from the pool', () => {
  const ids = new Set(Array.from({ length: 10_000 }, () => uuidv7(0)))
  expect(ids.size).toBe(10_000)
  expect(requestId()).toMatch(/^req_[0-9a-f]{16}$/)
})
