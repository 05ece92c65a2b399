import { defineStage, type Stage } from '../../core/stage.ts'
import { principal } from '../identify/slots.ts'
import { type AuthVirtualKeyOptions, keyAuthenticator } from './authenticate.ts'

/**
 * Tell who calls by a virtual key, from `Authorization: Bearer`, `x-api-key`, `api-key` or `x-goog-api-key`.
 *
 * Refuses with `invalid_api_key` (401), in one text for missing, malformed, unknown, revoked and expired keys, which names
 * the header that this client uses. Answers `ledger_unavailable` (503) when the directory cannot be read: fails closed.
 *
 * @example
 * app.use('/v1', authVirtualKey({ directory: sqliteDirectory('./tollgate.db'), masterKey }))
 */
export const authVirtualKey = (
  options: AuthVirtualKeyOptions,
): Stage<never, 'principal', 'auth-virtual-key'> => {
  const authenticate = keyAuthenticator(options)
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
