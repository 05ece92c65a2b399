import type { KeyScopes, Principal } from './principal.ts'

/** A virtual key as the directory keeps it: whose it is, and how to recognise it; never its text. */
export interface KeyRecord extends KeyOwner {
  /** The name of its account, `key:<id>`: letters, digits, dot, underscore and hyphen. */
  readonly id: string
  /** What a key hasher's `lookup` gives for its text. */
  readonly lookup: string
  /** What a key hasher's `hash` gives for its text: 32 bytes. */
  readonly hash: Uint8Array
  readonly createdAtMs: number
  /** From this instant on it is refused. */
  readonly expiresAtMs?: number
  /** Since this instant it is refused. */
  readonly revokedAtMs?: number
  /** The text that it had before it was rotated, and until when that is still taken. */
  readonly previous?: PreviousSecret
  /** 1 when it was made, one more with each change. */
  readonly revision?: number
}

/** A secret that has been replaced, and works until its grace ends. */
export interface PreviousSecret {
  readonly lookup: string
  readonly hash: Uint8Array
  readonly untilMs: number
}

/** Whom a key belongs to, and what people call it. */
export interface KeyOwner {
  readonly org: string
  readonly team?: string
  readonly project?: string
  readonly user?: string
  /** In place of the tier of whom it belongs to. */
  readonly tier?: string
  /** Free text for people. */
  readonly label?: string
  /** Cost attribution of everything the key pays for. */
  readonly tags?: Readonly<Record<string, string>>
  readonly scopes?: KeyScopes
}

/** A key as lists show it: without a hash, which leaves the directory only to be compared. */
export type KeySummary = Omit<KeyRecord, 'hash' | 'previous'> & {
  readonly previous?: Omit<PreviousSecret, 'hash'>
}

/** What may be shown of a key. */
export function keySummary({ hash: _, previous, ...shown }: KeyRecord): KeySummary {
  return previous
    ? { ...shown, previous: { lookup: previous.lookup, untilMs: previous.untilMs } }
    : (shown as KeySummary)
}

/**
 * The secret that a handle is of: the key's own, or the one before it while its grace lasts. None in a record that somebody
 * has remembered for longer than that.
 */
export function secretAt(
  key: KeyRecord,
  lookup: string,
  nowMs: number,
): Pick<KeyRecord, 'lookup' | 'hash'> | undefined {
  const { previous } = key
  if (key.lookup === lookup) return key
  return previous?.lookup === lookup && nowMs < previous.untilMs ? previous : undefined
}

/** Whether the key may be used now. */
export function keyIsLive(key: Pick<KeyRecord, 'expiresAtMs' | 'revokedAtMs'>, nowMs: number): boolean {
  return key.revokedAtMs === undefined && (key.expiresAtMs === undefined || nowMs < key.expiresAtMs)
}

/** The principal that a key speaks for. */
export function keyPrincipal({ org, team, project, user, tier, id, tags, scopes }: KeySummary): Principal {
  return {
    org,
    key: id,
    ...(team !== undefined && { team }),
    ...(project !== undefined && { project }),
    ...(user !== undefined && { user }),
    ...(tier !== undefined && { tier }),
    ...(tags !== undefined && { tags }),
    ...(scopes !== undefined && { scopes }),
  }
}
