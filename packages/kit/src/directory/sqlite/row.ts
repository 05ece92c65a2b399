import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { KeyRecord, KeySummary } from '../key-record.ts'

/** The columns of `virtual_key` that may be shown; `hash` is the other one. */
export const SUMMARY_COLUMNS =
  'lookup, id, org, team, project, user, label, tags, created_at_ms, expires_at_ms, revoked_at_ms'

type Row = Record<string, SQLOutputValue>

/** The key in a row, without its hash. A column that is null is a field that is absent. */
export function summaryOf(row: Row): KeySummary {
  return {
    lookup: row.lookup as string,
    id: row.id as string,
    org: row.org as string,
    ...(row.team !== null && { team: row.team as string }),
    ...(row.project !== null && { project: row.project as string }),
    ...(row.user !== null && { user: row.user as string }),
    ...(row.label !== null && { label: row.label as string }),
    ...(row.tags !== null && { tags: JSON.parse(row.tags as string) }),
    createdAtMs: row.created_at_ms as number,
    ...(row.expires_at_ms !== null && { expiresAtMs: row.expires_at_ms as number }),
    ...(row.revoked_at_ms !== null && { revokedAtMs: row.revoked_at_ms as number }),
  }
}

export function recordOf(row: Row): KeyRecord {
  return { ...summaryOf(row), hash: row.hash as Uint8Array }
}

/** The values of a new row: {@link SUMMARY_COLUMNS} in their order, then the hash. */
export function valuesOf(key: KeyRecord): SQLInputValue[] {
  return [
    key.lookup,
    key.id,
    key.org,
    key.team ?? null,
    key.project ?? null,
    key.user ?? null,
    key.label ?? null,
    key.tags ? JSON.stringify(key.tags) : null,
    key.createdAtMs,
    key.expiresAtMs ?? null,
    key.revokedAtMs ?? null,
    key.hash,
  ]
}
