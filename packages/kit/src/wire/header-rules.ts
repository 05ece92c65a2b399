/** Which headers a dialect's providers and clients mean something by, besides those that all do. */
export interface HeaderRules {
  /** How the provider's key is sent: name and value, or nothing where there is no key. */
  credentials(apiKey: string | undefined): readonly string[]
  /** The client's, that go on to the provider. */
  readonly forwarded: readonly string[]
  /** Sent where the client does not send them itself. */
  readonly required: readonly (readonly [name: string, value: string])[]
  /** The provider's, that go back to the client. */
  readonly returned: ReadonlySet<string>
}
