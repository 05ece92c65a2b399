/** How much is kept. */
export interface CacheQuota {
  /** Of all answers together, bytes. */
  readonly maxBytes?: number
  /** Of those that are shared among the same callers, bytes; a quarter of all by default. */
  readonly maxScopeBytes?: number
}

export interface Quota {
  readonly maxBytes: number
  readonly maxScopeBytes: number
}

/** @throws RangeError for what is no size. */
export function quotaOf({ maxBytes, maxScopeBytes }: CacheQuota, allByDefault: number): Quota {
  const all = maxBytes ?? allByDefault
  const quota = { maxBytes: all, maxScopeBytes: maxScopeBytes ?? Math.floor(all / 4) }
  for (const [name, bytes] of Object.entries(quota)) {
    if (!Number.isSafeInteger(bytes) || bytes <= 0)
      throw new RangeError(`A cache's ${name} is a number of bytes, not ${bytes}`)
  }
  return quota
}

/** Whose quota an entry counts on: the part of its id that says among whom it is shared. */
export function shareOf(id: string): string {
  return id.slice(0, id.indexOf('.'))
}
