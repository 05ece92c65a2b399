import type { IncomingMessage } from 'node:http'
import { misassembled, TollgateError } from '../../core/errors.ts'
import { defineStage, type Stage } from '../../core/stage.ts'
import { type Identity, isNobody, principalOf } from '../../directory/identity.ts'
import type { Principal } from '../../directory/principal.ts'
import { principal } from './slots.ts'

/**
 * Take the caller from what the application already knows, a session or a token that it has verified.
 *
 * Refuses with `invalid_api_key` (401) when nobody is named: an `undefined` user must not become everybody's budget.
 *
 * @throws TollgateError `misassembled` when it is given no function: who calls is asked with each request.
 *
 * @example
 * app.use('/chat', identify((req) => ({ user: req.user.id })), budgetReserve({ ledger }), usageReconcile())
 */
export const identify = <Request extends IncomingMessage = IncomingMessage>(
  // biome-ignore lint/suspicious/noExplicitAny: an application's request type is its own (`req.user`).
  who: (req: Request & Record<string, any>) => Identity | undefined | Promise<Identity | undefined>,
): Stage<never, 'principal', 'identify'> => {
  if (typeof who !== 'function')
    throw misassembled('identify takes a function, as in identify((req) => ({ user: req.user.id })).')
  return defineStage({
    name: 'identify',
    gives: [principal],
    handle: function identify(req) {
      const identity = who(req as Request)
      if (!(identity instanceof Promise)) return principal.set(req, callerOf(identity))
      return identity.then((known) => principal.set(req, callerOf(known)))
    },
  })
}

function callerOf(identity: Identity | undefined): Principal {
  if (!identity || isNobody(identity)) {
    throw new TollgateError('invalid_api_key', {
      message: 'Nobody is signed in, so there is no budget that this request could be charged to.',
      internal: 'identify() returned no team, project, user or key',
    })
  }
  try {
    return principalOf(identity)
  } catch (cause) {
    throw new TollgateError('invalid_api_key', {
      message: 'The caller cannot be told from this session.',
      internal: `identify(): ${String(cause)}`,
      cause,
    })
  }
}
