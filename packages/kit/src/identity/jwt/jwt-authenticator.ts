import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { type Clock, systemClock } from '../../core/clock.ts'
import type { Principal } from '../../directory/principal.ts'
import type { Authenticator } from '../authenticator.ts'
import { isRefused, type Verdict } from '../verdict.ts'
import { principalOfClaims } from './claims.ts'
import type { Fetch } from './fetch-json.ts'
import { type Issuer, issuerOf, type JwtIssuer } from './issuer.ts'
import { jose } from './jose.ts'
import { looksLikeToken, readToken } from './token.ts'

export interface JwtAuthenticatorOptions {
  /** Whose tokens are taken: each its own keys, audience, algorithms and mapping. */
  readonly issuers: readonly JwtIssuer[]
  /** Characters of a token, at most: nothing longer is read. */
  readonly maxLength?: number
  /** How many verified tokens are kept in mind. */
  readonly remembered?: number
  /** How issuers are asked for their keys; the global `fetch` by default. */
  readonly fetch?: Fetch
  readonly clock?: Clock
}

/** A token that was verified, by its digest: no token stays in memory. */
interface Known {
  readonly principal: Principal
  readonly issuer: Issuer
  /** Of the keys that it was verified with. */
  readonly keys: number
  readonly endsAtMs: number
}

/**
 * Know callers by signed tokens (JWT) of OpenID Connect providers, or of any issuer with a key set. It recognises what has
 * the form of a token, wherever a key may stand.
 *
 * Refuses a token that is too long, of an issuer that is not listed, not signed by a key of that very issuer with one of its
 * algorithms, for another audience, of another type, expired, not valid yet, too old, without an `exp`, bound to a proof of
 * possession, or whose claims make no principal. What a token says about keys (`jwk`, `jku`, `x5u`, `x5c`) is never followed.
 * Throws `identity_unavailable` when the keys of an issuer cannot be had. A token that was verified is good until it expires
 * or the keys of its issuer change: an issuer tells of no revoked tokens, so they had better be short-lived. Needs `jose`.
 *
 * @example
 * jwtAuthenticator({
 *   issuers: [{
 *     issuer: 'https://login.acme.example',
 *     audience: 'tollgate',
 *     principal: { user: { claim: 'sub' }, team: { claim: 'groups', table: { 'eng-search': 'search' } } },
 *   }],
 * })
 *
 * @throws RangeError when what is said of an issuer cannot be, or two have one name.
 */
export function jwtAuthenticator({
  issuers,
  maxLength = 8_192,
  remembered = 10_000,
  fetch = globalThis.fetch,
  clock = systemClock,
}: JwtAuthenticatorOptions): Authenticator {
  jose()
  const byName = new Map(issuers.map((one) => [one.issuer, issuerOf(one, { fetch, clock })]))
  if (byName.size === 0 || byName.size < issuers.length)
    throw new RangeError('issuers have a name each, and there is one')
  const memory = new LRUCache<string, Known>({ max: remembered })

  const recall = (digest: string): Principal | undefined => {
    const known = memory.get(digest)
    if (!known) return undefined
    if (clock.now() < known.endsAtMs && known.keys === known.issuer.keys.version()) return known.principal
    memory.delete(digest)
    return undefined
  }

  async function verify(token: string, digest: string): Promise<Verdict> {
    const read = readToken(token)
    if (isRefused(read)) return read
    const issuer = typeof read.claims.iss === 'string' ? byName.get(read.claims.iss) : undefined
    if (!issuer) return { refused: 'a token of an issuer that is not listed' }
    const verified = await issuer.verify(token)
    if (isRefused(verified)) return verified
    const principal = principalOfClaims(verified.claims, issuer.mapping)
    if (isRefused(principal)) return principal
    const keys = issuer.keys.version()
    if (keys !== undefined) memory.set(digest, { principal, issuer, keys, endsAtMs: verified.endsAtMs })
    return principal
  }

  return {
    name: 'jwt',
    asksFor: 'a token of your sign-in',
    carriedBy: 'header',
    recognise: ({ bearer }) => (bearer !== undefined && looksLikeToken(bearer) ? bearer : undefined),
    judge(token) {
      if (token.length > maxLength) return { refused: `longer than ${maxLength} characters` }
      const digest = hash('sha256', token, 'binary')
      return recall(digest) ?? verify(token, digest)
    },
  }
}
