import type { IncomingMessage } from 'node:http'
import type { Principal } from '../directory/principal.ts'
import type { Presented } from './presented.ts'
import type { Verdict } from './verdict.ts'

/**
 * Tells who calls, at once where it can. The same request may be asked about again, as long as it lasts: a credential that
 * has been revoked or has expired meanwhile is refused then.
 *
 * @throws TollgateError `invalid_api_key`, `auth_throttled`; `identity_unavailable` or `ledger_unavailable` when it cannot be
 * told who calls: fails closed.
 */
export type Authenticate = (req: IncomingMessage) => Principal | Promise<Principal>

/** One way to know a caller: by a virtual key, by a token of an issuer, by a client certificate, or by one of your own. */
export interface Authenticator {
  /** For logs: `virtual-key`, `jwt`, `client-certificate`. */
  readonly name: string
  /** What a caller who was refused is told to bring, `a virtual key` for instance. */
  readonly asksFor: string
  /** Whether that stands in a header, where SDKs put a key, or belongs to the connection. */
  readonly carriedBy: 'header' | 'connection'
  /**
   * The credential in a request that is this one's to judge; undefined where there is none of its kind. It looks at the form
   * alone and asks nobody: what it recognises no other authenticator sees, whatever comes of it.
   */
  recognise(presented: Presented): string | undefined
  /**
   * Whose credential it is, or why it is refused.
   *
   * @throws TollgateError when that cannot be told: a store or an issuer is away.
   */
  judge(credential: string, presented: Presented): Verdict | Promise<Verdict>
}
