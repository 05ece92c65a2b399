import type { CertificateCaller, ForwardedCertificates, JwtIssuer } from '@tollgate/kit/identity'

/** Kinds of credentials that callers are known by. */
export type CredentialKind = 'certificates' | 'jwt' | 'keys'

/** By what callers are known. */
export interface AuthRules {
  /** What is looked for in a request, in this order: the first that is there decides. */
  readonly order: readonly CredentialKind[]
  /** Whose tokens are taken; none: no token is. */
  readonly issuers: readonly JwtIssuer[]
  readonly certificates: CertificateRules | undefined
  readonly throttle: {
    /** How many failures an address may have in a window. */
    readonly failures: number
    readonly windowMs: number
  }
}

export interface CertificateRules extends Required<ForwardedCertificates> {
  /** Whom certificates stand for. */
  readonly callers: readonly CertificateCaller[]
}

/** Files of what TLS is spoken with. */
export interface ListenTls {
  /** Absolute, as the others: the certificate, and those between it and its authority. */
  readonly cert: string
  readonly key: string
  /** The authorities that client certificates must come from; undefined: none is asked for. */
  readonly clientCa: string | undefined
  /** `required`: no connection without one that is verified. */
  readonly clients: 'optional' | 'required'
}
