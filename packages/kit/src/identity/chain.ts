import type { IncomingMessage } from 'node:http'
import { TollgateError } from '../core/errors.ts'
import type { Principal } from '../directory/principal.ts'
import type { Authenticate, Authenticator } from './authenticator.ts'
import { invalidCredential } from './invalid-credential.ts'
import { type Presented, presentedIn } from './presented.ts'
import type { FailureThrottle } from './throttle.ts'
import { isRefused, type Verdict } from './verdict.ts'

export interface AuthenticatorChainOptions {
  /** Slows down whoever guesses; without one there may be any number of failures. */
  readonly throttle?: FailureThrottle
}

/**
 * Several ways to know a caller, in order: the first that recognises a credential in the request decides. What it refuses is
 * refused, although a later one might have taken something else of the same request: nobody gets in by the weaker of two
 * credentials. A request with two different keys, wherever they stand, is refused before anybody is asked.
 *
 * Refuses with `invalid_api_key` (401), in one text for every cause, and with `auth_throttled` (429) whoever has failed too
 * often. Answers `identity_unavailable` or `ledger_unavailable` (503) where an authenticator cannot tell: fails closed.
 *
 * @example
 * const authenticate = authenticatorChain([
 *   jwtAuthenticator({ issuers: [{ issuer: 'https://login.acme.example', audience: 'tollgate' }] }),
 *   virtualKeyAuthenticator({ directory, masterKey }),
 * ])
 * app.use('/v1', authVirtualKey({ authenticate }))
 *
 * @throws RangeError when there is no authenticator.
 */
export function authenticatorChain(
  authenticators: readonly Authenticator[],
  { throttle }: AuthenticatorChainOptions = {},
): Authenticate {
  if (authenticators.length === 0) throw new RangeError('a chain has at least one authenticator')
  const invalid = (req: IncomingMessage, internal: string) => invalidCredential(req, authenticators, internal)

  return (req) => {
    const presented = presentedIn(req)
    if (isRefused(presented)) throw invalid(req, presented.refused)
    const recognised = firstOf(authenticators, presented)
    if (!recognised) throw invalid(req, 'nothing that is known here was presented')
    const { authenticator, credential } = recognised
    const attempt = throttle?.attempt(req, credential)
    if (attempt && attempt.waitMs > 0) throw throttled(attempt.waitMs)
    const admit = (verdict: Verdict): Principal => {
      if (isRefused(verdict)) {
        attempt?.failed()
        throw invalid(req, `${authenticator.name}: ${verdict.refused}`)
      }
      attempt?.passed(verdict)
      return verdict
    }
    const verdict = authenticator.judge(credential, presented)
    return verdict instanceof Promise ? verdict.then(admit) : admit(verdict)
  }
}

function firstOf(authenticators: readonly Authenticator[], presented: Presented) {
  for (const authenticator of authenticators) {
    const credential = authenticator.recognise(presented)
    if (credential !== undefined) return { authenticator, credential }
  }
  return undefined
}

function throttled(retryAfterMs: number): TollgateError {
  return new TollgateError('auth_throttled', { retryAfterMs })
}
