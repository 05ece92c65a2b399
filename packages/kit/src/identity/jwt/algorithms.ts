/**
 * How tokens may be signed: with a private key that only the issuer has. `none` and the HMAC family are not among them: who
 * can verify the latter can also sign.
 */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number]
