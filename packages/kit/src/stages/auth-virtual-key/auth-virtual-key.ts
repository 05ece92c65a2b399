import { defineStage, type Stage } from '../../core/stage.ts'
import type { Authenticate } from '../../identity/authenticator.ts'
import { principal } from '../identify/slots.ts'
import { type AuthVirtualKeyOptions, keyAuthenticator } from './virtual-key-authenticator.ts'

export interface AuthChainOptions {
  /** Who calls, by more than virtual keys: an `authenticatorChain`, with them as one of its authenticators or without. */
  readonly authenticate: Authenticate
}

/**
 * Tell who calls by a virtual key, from `Authorization: Bearer`, `x-api-key`, `api-key` or `x-goog-api-key`, or by whatever a
 * chain of authenticators takes.
 *
 * Refuses with `invalid_api_key` (401), in one text for what is missing, malformed, unknown, revoked and expired, which names
 * the header that this client uses; a chain with a throttle also with `auth_throttled` (429). Answers `ledger_unavailable`
 * or `identity_unavailable` (503) when the directory or an issuer cannot be asked: fails closed.
 *
 * @example
 * app.use('/v1', authVirtualKey({ directory: sqliteDirectory('./tollgate.db'), masterKey }))
 */
export const authVirtualKey = (
  options: AuthVirtualKeyOptions | AuthChainOptions,
): Stage<never, 'principal', 'auth-virtual-key'> => {
  const authenticate = 'authenticate' in options ? options.authenticate : keyAuthenticator(options)
  return defineStage({
    name: 'auth-virtual-key',
    gives: [principal],
    handle: function authVirtualKey(req) {
      const known = authenticate(req)
      if (known instanceof Promise) return known.then((caller) => principal.set(req, caller))
      principal.set(req, known)
    },
  })
}
