export { type AttributionOptions, attributed } from './attributed.ts'
export type { Authenticate, Authenticator } from './authenticator.ts'
export type { CertificateCaller } from './certificate/callers.ts'
export {
  type CertificateAuthenticatorOptions,
  certificateAuthenticator,
  type ForwardedCertificates,
} from './certificate/certificate-authenticator.ts'
export { type AuthenticatorChainOptions, authenticatorChain } from './chain.ts'
export { type AddressOf, clientAddress } from './client-address.ts'
export { JWT_ALGORITHMS, type JwtAlgorithm } from './jwt/algorithms.ts'
export type { ClaimMapping, ClaimRule, ClaimSource } from './jwt/claims.ts'
export { isSafeAddress } from './jwt/fetch-json.ts'
export type { JwtIssuer } from './jwt/issuer.ts'
export { type JwtAuthenticatorOptions, jwtAuthenticator } from './jwt/jwt-authenticator.ts'
export type { Presented } from './presented.ts'
export type { CallersProjects, ProjectRules } from './project.ts'
export { TAG_SOURCES, type TagSource } from './tags.ts'
export {
  type Attempt,
  type FailureThrottle,
  type FailureThrottleOptions,
  failureThrottle,
} from './throttle.ts'
export type { Refused, Verdict } from './verdict.ts'
