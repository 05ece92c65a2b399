import type { Principal } from './principal.ts'

/** Who the application knows its caller to be. At least one of team, project, user and key. */
export interface Identity {
  /** `default` when the application knows only one. */
  readonly org?: string | undefined
  readonly team?: string | number | undefined
  readonly project?: string | number | undefined
  readonly user?: string | number | undefined
  readonly key?: string | undefined
  /** Cost attribution, for instance `{ feature: 'search' }`. */
  readonly tags?: Readonly<Record<string, string>> | undefined
}

/** An id is the name of an account: long enough for any user id, short enough for any table. */
const MAX_ID_LENGTH = 200

/** Whether nobody is named at all: an `undefined` user must not become everybody's budget. */
export function isNobody({ team, project, user, key }: Identity): boolean {
  return [team, project, user, key].every((id) => id === undefined || id === null)
}

/**
 * The principal of an identity: the one that is charged.
 *
 * @throws RangeError when it names nobody, or by something that is no id.
 */
export function principalOf(identity: Identity): Principal {
  if (isNobody(identity))
    throw new RangeError('An identity names at least one of team, project, user and key')
  const named: { team?: string; project?: string; user?: string; key?: string } = {}
  for (const kind of ['team', 'project', 'user', 'key'] as const) {
    const id = identity[kind]
    if (id !== undefined && id !== null) named[kind] = checkId(kind, id)
  }
  return {
    org: checkId('org', identity.org ?? 'default'),
    ...named,
    ...(identity.tags ? { tags: identity.tags } : {}),
  }
}

function checkId(kind: string, id: string | number): string {
  const text = String(id)
  if ((typeof id === 'string' || Number.isSafeInteger(id)) && text !== '' && text.length <= MAX_ID_LENGTH)
    return text
  throw new RangeError(
    `An identity has a ${kind} that is no id: a string of 1 to ${MAX_ID_LENGTH} characters, or an integer`,
  )
}
