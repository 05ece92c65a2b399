import {
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose'
import { serve } from './http.ts'

/** Somebody who signs people in, on this machine: OpenID's discovery, a key set, and tokens. */
export interface TestIssuer {
  /** Its name, which is its address. */
  readonly url: string
  /** What it has been asked for, in order: paths. */
  readonly asked: readonly string[]
  /** The public keys that it publishes now. */
  keys(): readonly JWK[]
  /** A token with these claims over its usual ones; undefined takes one away. */
  token(claims?: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>
  /** Sign by a new key from now on, and publish no other. */
  rotate(kid: string): Promise<void>
  /** What it answers from now on, in the place of what it should; undefined: what it should. */
  answer(status: number | undefined): void
}

export const AUDIENCE = 'tollgate'

interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

async function signingKey(kid: string, alg: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg)
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

export async function testIssuer({ kid = 'first', alg = 'RS256' } = {}): Promise<TestIssuer> {
  let key = await signingKey(kid, alg)
  let status: number | undefined
  const asked: string[] = []
  const url = await serve((req, res) => {
    asked.push(req.url ?? '')
    if (status !== undefined) return res.writeHead(status).end()
    const body = req.url === '/keys' ? { keys: [key.jwk] } : { issuer: url, jwks_uri: `${url}/keys` }
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  return {
    url,
    asked,
    keys: () => [key.jwk],
    token(claims = {}, header = {}) {
      const seconds = Math.floor(Date.now() / 1000)
      const usual = { iss: url, aud: AUDIENCE, sub: 'ada', iat: seconds, exp: seconds + 600 }
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
        .sign(key.privateKey)
    },
    async rotate(next) {
      key = await signingKey(next, alg)
    },
    answer(instead) {
      status = instead
    },
  }
}
