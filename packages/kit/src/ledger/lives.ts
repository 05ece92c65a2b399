/** How long the charge of an expired reservation waits to be confirmed before it stands as it is, ms. */
export const EXPIRED_MS = 7 * 86_400_000

/** The life of a tombstone whose reservation never came, and the least of all others, ms. */
export const TOMBSTONE_MS = 600_000

/** How long a closed record answers repeats, ms: longer than anybody goes on retrying. */
export const tombstoneMs = (ttlMs: number): number => Math.max(2 * ttlMs, TOMBSTONE_MS)
