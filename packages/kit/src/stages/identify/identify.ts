import type { IncomingMessage } from 'node:http'
import { TollgateError } from '../../core/errors.ts'
import { defineStage, type Stage } from '../../core/stage.ts'
import type { Principal } from '../../directory/principal.ts'
import { principal } from './slots.ts'

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

/**
 * Take the caller from what the application already knows, a session or a token that it has verified.
 *
 * Refuses with `invalid_api_key` (401) when nobody is named: an `undefined` user must not become everybody's budget.
 *
 * @example
 * app.use('/chat', identify((req) => ({ user: req.user.id })), budgetReserve({ ledger }), usageReconcile())
 */
export const identify = <Request extends IncomingMessage = IncomingMessage>(
  // biome-ignore lint/suspicious/noExplicitAny: an application's request type is its own (`req.user`).
  who: (req: Request & Record<string, any>) => Identity | undefined | Promise<Identity | undefined>,
): Stage<never, 'principal', 'identify'> =>
  defineStage({
    name: 'identify',
    gives: [principal],
    handle: function identify(req) {
      const identity = who(req as Request)
      if (!(identity instanceof Promise)) return principal.set(req, principalOf(identity))
      return identity.then((known) => principal.set(req, principalOf(known)))
    },
  })

function principalOf(identity: Identity | undefined): Principal {
  const named: { team?: string; project?: string; user?: string; key?: string } = {}
  for (const kind of ['team', 'project', 'user', 'key'] as const) {
    const id = identity?.[kind]
    if (id !== undefined && id !== null) named[kind] = checkId(kind, id)
  }
  if (Object.keys(named).length === 0) {
    throw new TollgateError('invalid_api_key', {
      message: 'Nobody is signed in, so there is no budget that this request could be charged to.',
      internal: 'identify() returned no team, project, user or key',
    })
  }
  return {
    org: checkId('org', identity?.org ?? 'default'),
    ...named,
    ...(identity?.tags ? { tags: identity.tags } : {}),
  }
}

function checkId(kind: string, id: string | number): string {
  const text = String(id)
  if ((typeof id === 'string' || Number.isSafeInteger(id)) && text !== '' && text.length <= MAX_ID_LENGTH)
    return text
  throw new TollgateError('invalid_api_key', {
    message: 'The caller cannot be told from this session.',
    internal: `identify() gave a ${kind} that is no id: a string of 1 to ${MAX_ID_LENGTH} characters, or an integer`,
  })
}
