import type { JSONWebKeySet, JWTVerifyOptions } from 'jose'
import type { Clock } from '../../core/clock.ts'
import type { JsonObject } from '../../core/json-object.ts'
import type { Refused } from '../verdict.ts'
import { JWT_ALGORITHMS, type JwtAlgorithm } from './algorithms.ts'
import { type ClaimMapping, checkMapping, SUBJECT } from './claims.ts'
import { discoverKeys } from './discovery.ts'
import { type Fetch, fetchJson, isSafeAddress } from './fetch-json.ts'
import { jose } from './jose.ts'
import { followedKeys, type KeySet, statedKeys } from './key-set.ts'

/** Somebody whose tokens are taken. */
export interface JwtIssuer {
  /** The `iss` of its tokens, letter by letter, and where it is discovered: `https://login.acme.example`. */
  readonly issuer: string
  /** Whom its tokens must be meant for: one of these. */
  readonly audience: string | readonly string[]
  /** Where its keys are, or the keys themselves; by default the issuer is asked where they are. */
  readonly keys?: { readonly uri: string } | JSONWebKeySet
  /** How its tokens may be signed; `RS256` by default, which every issuer knows. */
  readonly algorithms?: readonly JwtAlgorithm[]
  /** The one `typ` that its tokens have; by default `JWT`, `at+jwt` or none. */
  readonly type?: string
  /** How far its clock may be from ours, ms. */
  readonly toleranceMs?: number
  /** How long ago a token may have been issued, ms, however long it is good for; unbounded by default. */
  readonly maxAgeMs?: number
  /** Who the bearer is; the user that `sub` names by default. */
  readonly principal?: ClaimMapping
}

/** A token that is genuine, and until when. */
export interface VerifiedToken {
  readonly claims: JsonObject
  /** From this instant on it is not taken any more. */
  readonly endsAtMs: number
}

export interface Issuer {
  readonly keys: KeySet
  readonly mapping: ClaimMapping
  /** @throws TollgateError `identity_unavailable` */
  verify(token: string): Promise<VerifiedToken | Refused>
}

const DEFAULT_TYPES: readonly (string | undefined)[] = [undefined, 'jwt', 'at+jwt']

/** Prepare to verify an issuer's tokens. @throws RangeError when what is said of it cannot be. */
export function issuerOf(
  stated: JwtIssuer,
  { fetch, clock }: { readonly fetch: Fetch; readonly clock: Clock },
): Issuer {
  const { issuer, audience, type, toleranceMs = 30_000, maxAgeMs, principal = SUBJECT } = stated
  const algorithms = stated.algorithms ?? ['RS256']
  checkIssuer({ ...stated, algorithms })
  const types = type === undefined ? DEFAULT_TYPES : [shortType(type)]
  const keySet = keysOf(stated, { fetch, clock })
  const rules: JWTVerifyOptions = {
    issuer,
    audience: [audience].flat(),
    algorithms: [...algorithms],
    requiredClaims: ['exp'],
    clockTolerance: toleranceMs / 1000,
    ...(maxAgeMs !== undefined && { maxTokenAge: maxAgeMs / 1000 }),
  }
  const endsAtMs = ({ exp, iat }: { exp?: number; iat?: number }) =>
    Math.min(exp! * 1000, maxAgeMs === undefined ? Number.POSITIVE_INFINITY : iat! * 1000 + maxAgeMs) +
    toleranceMs

  return {
    keys: keySet,
    mapping: principal,
    async verify(token) {
      const { jwtVerify, errors } = jose()
      try {
        const { payload, protectedHeader } = await jwtVerify(token, (header) => keySet.find(header), {
          ...rules,
          currentDate: new Date(clock.now()),
        })
        if (!types.includes(shortType(protectedHeader.typ))) return { refused: 'a token of another type' }
        // It is bound to a key or a certificate that its holder would have to prove: whoever only carries it is no holder.
        if (payload.cnf !== undefined) return { refused: 'a token that wants a proof of possession' }
        return { claims: payload, endsAtMs: endsAtMs(payload) }
      } catch (error) {
        if (error instanceof errors.JOSEError) return { refused: `${error.code}: ${error.message}` }
        throw error
      }
    },
  }
}

/** Media types of tokens are written with or without `application/`: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9 */
function shortType(type: string | undefined): string | undefined {
  return type?.toLowerCase().replace(/^application\//, '')
}

function keysOf(
  { issuer, keys }: JwtIssuer,
  { fetch, clock }: { readonly fetch: Fetch; readonly clock: Clock },
): KeySet {
  if (keys && 'keys' in keys) return statedKeys(keys)
  const uri = keys?.uri
  if (!isSafeAddress(uri ?? issuer)) {
    throw new RangeError(`keys come by https only, not from ${uri ?? issuer}`)
  }
  const load = async () => fetchJson(uri ?? (await discoverKeys(issuer, fetch)), fetch)
  return followedKeys({ issuer, load, clock })
}

function checkIssuer({ issuer, audience, algorithms = [], principal = SUBJECT }: JwtIssuer): void {
  if (issuer === '') throw new RangeError('an issuer has a name')
  const audiences = [audience].flat()
  if (audiences.length === 0 || audiences.includes('')) {
    throw new RangeError(`${issuer}: an audience is required`)
  }
  const wrong = algorithms.find((algorithm) => !JWT_ALGORITHMS.includes(algorithm))
  if (algorithms.length === 0 || wrong !== undefined) {
    throw new RangeError(
      `${issuer}: tokens are signed by ${JWT_ALGORITHMS.join(', ')}, not by ${wrong ?? 'nothing'}`,
    )
  }
  checkMapping(principal)
}
