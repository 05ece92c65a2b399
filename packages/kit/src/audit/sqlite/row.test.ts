import { expect, test } from 'vitest'
import { auditRecord } from '../../../../../test/support/audit-record.ts'
import type { AuditRecord } from '../record.ts'
import { COLUMN_LIST, valuesOf } from './row.ts'

test('every value stands at the column of its field', () => {
  const fields = Object.keys(auditRecord())
  // Each value is the name of its own field, but for those that are written otherwise.
  const marked = Object.fromEntries(fields.map((field) => [field, field])) as unknown as AuditRecord
  const row = valuesOf({ ...marked, stream: true, tags: { is: 'tags' }, attempts: [] })
  const expected = fields.map((field) => [columnOf(field), field])
  expect(Object.fromEntries(COLUMN_LIST.map((column, at) => [column, row[at]]))).toEqual({
    ...Object.fromEntries(expected),
    stream: 1,
    tags: '{"is":"tags"}',
    attempts: null,
  })
})

/** `wouldRefuse` is kept as `would_refuse`, `cacheWrite1hTokens` as `cache_write_1h_tokens`. */
function columnOf(field: string): string {
  return field.replaceAll(/[A-Z]|\d+/g, (letter) => `_${letter.toLowerCase()}`)
}
