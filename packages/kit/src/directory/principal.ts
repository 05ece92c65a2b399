import type { NanoUsd } from '../core/money.ts'
import type { CallerAccountId } from '../ledger/ledger.ts'

/** Who is calling: given by `auth-virtual-key` or `identify`, charged along {@link accountPath}. */
export interface Principal {
  readonly org: string
  readonly team?: string
  readonly project?: string
  readonly user?: string
  /** The public id of the virtual key, never its secret. */
  readonly key?: string
  /** The tier of the credential itself, in place of its owner's. */
  readonly tier?: string
  /** Cost attribution, for instance `{ feature: 'search' }`. */
  readonly tags?: Readonly<Record<string, string>>
  /** What the credential may do at the most, within what its owner may. */
  readonly scopes?: KeyScopes
}

/** What one credential is confined to: all of it must hold. What is absent confines nothing. */
export interface KeyScopes {
  /** Patterns over canonical model names. */
  readonly models?: readonly string[]
  /** Endpoint classes, `text` for chat, completions and embeddings among them. */
  readonly endpoints?: readonly string[]
  /** Addresses and networks that it may come from: `10.0.0.0/8`, `2001:db8::/32`. */
  readonly addresses?: readonly string[]
  /** What a browser may name as `Origin`: `https://app.example.com`. */
  readonly origins?: readonly string[]
  /** What one request may cost at the worst. */
  readonly maxCostNanoUsd?: NanoUsd
  /** How fast it may go at the most: requests and tokens a minute, and requests at a time. */
  readonly rates?: { readonly rpm?: number; readonly tpm?: number; readonly concurrency?: number }
}

/** The accounts that a principal's requests are charged to, outermost first. */
export function accountPath(principal: Principal): CallerAccountId[] {
  const path: CallerAccountId[] = [`org:${principal.org}`]
  if (principal.team) path.push(`team:${principal.team}`)
  if (principal.project) path.push(`project:${principal.project}`)
  if (principal.user) path.push(`user:${principal.user}`)
  if (principal.key) path.push(`key:${principal.key}`)
  return path
}
