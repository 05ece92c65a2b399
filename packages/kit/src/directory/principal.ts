import type { AccountId } from '../ledger/ledger.ts'

/** Who is calling: given by `auth-virtual-key` or `identify`, charged along {@link accountPath}. */
export interface Principal {
  readonly org: string
  readonly team?: string
  readonly project?: string
  readonly user?: string
  /** The public id of the virtual key, never its secret. */
  readonly key?: string
  /** Cost attribution, for instance `{ feature: 'search' }`. */
  readonly tags?: Readonly<Record<string, string>>
}

/** The accounts that a principal's requests are charged to, outermost first. */
export function accountPath(principal: Principal): AccountId[] {
  const path: AccountId[] = [`org:${principal.org}`]
  if (principal.team) path.push(`team:${principal.team}`)
  if (principal.project) path.push(`project:${principal.project}`)
  if (principal.user) path.push(`user:${principal.user}`)
  if (principal.key) path.push(`key:${principal.key}`)
  return path
}
