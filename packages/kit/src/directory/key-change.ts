import type { KeyChange, NewSecret } from './directory.ts'
import type { KeyRecord } from './key-record.ts'

/** The key with what a change names; the same one when it names nothing new. */
export function changedKey(key: KeyRecord, change: KeyChange): KeyRecord {
  const next: Record<string, unknown> = { ...key }
  for (const [field, value] of Object.entries(change)) {
    if (value === null) delete next[field]
    else if (value !== undefined) next[field] = value
  }
  return next as unknown as KeyRecord
}

/** The key with another secret; the one that it had until now is the previous one, unless it is to end at once. */
export function rotatedKey(
  { previous: _, lookup, hash, ...rest }: KeyRecord,
  secret: NewSecret,
  nowMs: number,
): KeyRecord {
  const { graceUntilMs: untilMs } = secret
  return {
    ...rest,
    lookup: secret.lookup,
    hash: secret.hash,
    ...(untilMs > nowMs && { previous: { lookup, hash, untilMs } }),
  }
}

/** The key without a previous secret whose grace has ended: nobody can call by it any more. */
export function withoutEndedGrace({ previous, ...key }: KeyRecord, nowMs: number): KeyRecord {
  return previous && nowMs < previous.untilMs ? { ...key, previous } : key
}

/** The key that may not be used any more, by no secret that it has had. */
export function revokedKey({ previous: _, ...key }: KeyRecord, nowMs: number): KeyRecord {
  return { ...key, revokedAtMs: nowMs }
}
