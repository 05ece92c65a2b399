import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { KeyRecord, KeySummary } from '../key-record.ts'
import type { Change, Kept } from '../record-store.ts'

/** The columns of `virtual_key` that may be shown; the two hashes are the others. */
export const SUMMARY_COLUMNS =
  'lookup, id, org, team, project, user, tier, label, tags, scopes, created_at_ms, expires_at_ms, revoked_at_ms, previous_lookup, previous_until_ms, revision'

export const KEY_COLUMNS = `${SUMMARY_COLUMNS}, hash, previous_hash`

export type Row = Record<string, SQLOutputValue>

/** The key in a row, without its hashes. A column that is null is a field that is absent. */
export function summaryOf(row: Row): KeySummary {
  return {
    lookup: row.lookup as string,
    id: row.id as string,
    org: row.org as string,
    ...(row.team !== null && { team: row.team as string }),
    ...(row.project !== null && { project: row.project as string }),
    ...(row.user !== null && { user: row.user as string }),
    ...(row.tier !== null && { tier: row.tier as string }),
    ...(row.label !== null && { label: row.label as string }),
    ...(row.tags !== null && { tags: JSON.parse(row.tags as string) }),
    ...(row.scopes !== null && { scopes: JSON.parse(row.scopes as string) }),
    createdAtMs: row.created_at_ms as number,
    ...(row.expires_at_ms !== null && { expiresAtMs: row.expires_at_ms as number }),
    ...(row.revoked_at_ms !== null && { revokedAtMs: row.revoked_at_ms as number }),
    ...(row.previous_lookup !== null && {
      previous: { lookup: row.previous_lookup as string, untilMs: row.previous_until_ms as number },
    }),
    revision: row.revision as number,
  }
}

export function keyOf(row: Row): KeyRecord {
  const { previous, ...summary } = summaryOf(row)
  return {
    ...summary,
    hash: row.hash as Uint8Array,
    ...(previous && { previous: { ...previous, hash: row.previous_hash as Uint8Array } }),
  }
}

/** The values of a row: {@link KEY_COLUMNS} in their order. */
export function valuesOf(key: KeyRecord): SQLInputValue[] {
  return [
    key.lookup,
    key.id,
    key.org,
    key.team ?? null,
    key.project ?? null,
    key.user ?? null,
    key.tier ?? null,
    key.label ?? null,
    jsonOf(key.tags),
    jsonOf(key.scopes),
    key.createdAtMs,
    key.expiresAtMs ?? null,
    key.revokedAtMs ?? null,
    key.previous?.lookup ?? null,
    key.previous?.untilMs ?? null,
    key.revision ?? 1,
    key.hash,
    key.previous?.hash ?? null,
  ]
}

export function keptOf(row: Row): Kept {
  return {
    kind: row.kind as Kept['kind'],
    org: row.org as string,
    id: row.id as string,
    revision: row.revision as number,
    value: JSON.parse(row.value as string),
    owner: row.owner as Kept['owner'],
    changedAtMs: row.changed_at_ms as number,
  }
}

export function changeOf(row: Row): Change {
  const valueIn = (text: unknown) => (text === null ? undefined : JSON.parse(text as string))
  return {
    sequence: row.sequence as number,
    org: row.org as string,
    kind: row.kind as Change['kind'],
    id: row.id as string,
    atMs: row.at_ms as number,
    actor: JSON.parse(row.actor as string),
    before: valueIn(row.before),
    after: valueIn(row.after),
  }
}

/** As a nullable column has it. */
export function jsonOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
