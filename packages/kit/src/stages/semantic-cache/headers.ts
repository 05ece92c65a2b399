import type { ServerResponse } from 'node:http'
import type { CacheEntry } from '../../cache/entry.ts'
import { nanoToUsd } from '../../core/money.ts'
import type { CacheOutcome } from './slots.ts'

/** How the cache calls itself: https://www.rfc-editor.org/rfc/rfc9211 */
const NAME = 'tollgate'

/** What is said of an answer that is served. */
export interface Served {
  readonly status: 'hit' | 'semantic'
  readonly entry: CacheEntry
  readonly nowMs: number
  readonly hitNanoUsd: number
  readonly similarity?: number | undefined
  readonly confidence?: number | undefined
}

/** Say that an answer is served that was made before: how old it is, who made it, what it costs and saves. */
export function announceHit(res: ServerResponse, served: Served): void {
  const { status, entry, nowMs, hitNanoUsd, similarity, confidence } = served
  const ttlSec = Math.floor((entry.expiresAtMs - nowMs) / 1_000)
  const detail = status === 'hit' ? 'exact' : 'semantic'
  res.setHeader('cache-status', `${NAME}; hit; ttl=${ttlSec}; detail=${detail}`)
  res.setHeader('age', Math.max(0, Math.floor((nowMs - entry.createdAtMs) / 1_000)))
  res.setHeader('x-tollgate-cache', status)
  res.setHeader('x-tollgate-cache-entry', entry.id)
  res.setHeader('x-tollgate-provider', entry.provider)
  res.setHeader('x-tollgate-model', entry.model)
  res.setHeader('x-tollgate-cost-usd', nanoToUsd(hitNanoUsd))
  res.setHeader('x-tollgate-saved-usd', nanoToUsd(saved(entry.costNanoUsd, hitNanoUsd)))
  if (similarity !== undefined) res.setHeader('x-tollgate-cache-similarity', similarity.toFixed(4))
  if (confidence !== undefined) res.setHeader('x-tollgate-cache-confidence', confidence.toFixed(4))
}

/** What a hit saves: never less than nothing, should a provider have become cheaper than hits are. */
export function saved(costNanoUsd: number, hitNanoUsd: number): number {
  return Math.max(0, costNanoUsd - hitNanoUsd)
}

/** Say that a client gets the answer to somebody else's request, as it comes: what it saves is known at its end. */
export function announceCollapsed(res: ServerResponse, hitNanoUsd: number): void {
  res.setHeader('cache-status', `${NAME}; fwd=miss; collapsed`)
  res.setHeader('x-tollgate-cache', 'collapsed')
  res.setHeader('x-tollgate-cost-usd', nanoToUsd(hitNanoUsd))
}

/** Say that the provider is asked, and why. */
export function announceForward(
  res: ServerResponse,
  { status, reason }: Pick<CacheOutcome, 'status' | 'reason'>,
): void {
  const fwd = status === 'bypass' ? 'bypass' : reason === 'no_cache' ? 'request' : 'miss'
  res.setHeader('cache-status', `${NAME}; fwd=${fwd}${reason === undefined ? '' : `; detail=${reason}`}`)
  res.setHeader('x-tollgate-cache', status)
  if (reason !== undefined) res.setHeader('x-tollgate-cache-reason', reason)
}
