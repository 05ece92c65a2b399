import type { KeyRecord, PreviousSecret } from './key-record.ts'
import { scopesFault } from './scopes.ts'

const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const LOOKUP = /^[A-Za-z0-9_-]{1,64}$/
const NAME_MAX_LENGTH = 256
const TAGS_MAX_LENGTH = 4096

/** Whether a text can be the id of a key: 1 to 64 letters, digits, `.`, `_` and `-`, a letter or digit first. */
export function isKeyId(id: string): boolean {
  return KEY_ID.test(id)
}

/** Every directory holds its records to this before it keeps one. @throws RangeError with the field that is wrong. */
export function checkKeyRecord(key: KeyRecord): void {
  if (!isKeyId(key.id))
    throw new RangeError(`"${key.id}" cannot be the id of a key: letters, digits, ".", "_" and "-"`)
  const fault = secretFault(key) ?? namesFault(key) ?? timesFault(key) ?? scopesFault(key.scopes)
  if (fault !== undefined) throw new RangeError(`key ${key.id}: ${fault}`)
}

function secretFault({ previous, ...key }: KeyRecord): string | undefined {
  const secrets: readonly Omit<PreviousSecret, 'untilMs'>[] = previous ? [key, previous] : [key]
  if (secrets.some(({ lookup }) => !LOOKUP.test(lookup))) return 'its lookup handle is malformed'
  if (secrets.some(({ hash }) => hash.length !== 32)) return 'its hash must have 32 bytes'
  return previous?.lookup === key.lookup ? 'its previous secret is the one that it has' : undefined
}

function namesFault({ org, team, project, user, tier, label, tags }: KeyRecord): string | undefined {
  const names = [org, team, project, user, tier, label]
  if (names.some((name) => name !== undefined && (name.length === 0 || name.length > NAME_MAX_LENGTH)))
    return `org, team, project, user, tier and label have 1 to ${NAME_MAX_LENGTH} characters`
  return JSON.stringify(tags ?? {}).length > TAGS_MAX_LENGTH
    ? `its tags are longer than ${TAGS_MAX_LENGTH} characters`
    : undefined
}

function timesFault({ createdAtMs, expiresAtMs, revokedAtMs, previous }: KeyRecord): string | undefined {
  const times = [createdAtMs, expiresAtMs, revokedAtMs, previous?.untilMs]
  return times.some((time) => time !== undefined && (!Number.isSafeInteger(time) || time < 0))
    ? 'its times must be whole milliseconds since the epoch'
    : undefined
}
