import type { Kept } from '../directory/record-store.ts'
import type { Grant } from '../directory/records.ts'

export type KeptGrant = Kept<'grant'>

/** Whether a grant counts at a moment: from its beginning on, up to its end, unless it has been revoked. */
export function isActive({ fromMs, untilMs, revoked }: Grant, nowMs: number): boolean {
  return fromMs <= nowMs && nowMs < untilMs && revoked === undefined
}
