/** What a client certificate says of its owner, as far as a mapping can go by it. */
export interface ClientCertificate {
  /** SHA-256 of the certificate, in lower-case hexadecimals. */
  readonly hash: string | undefined
  /** URIs among its alternative names: a SPIFFE id, for instance. */
  readonly uris: readonly string[]
  /** In lower case. */
  readonly dns: readonly string[]
  readonly emails: readonly string[]
}
