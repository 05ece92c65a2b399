export interface FollowOptions {
  readonly signal: AbortSignal
  /** How an address is asked. */
  readonly fetch: typeof globalThis.fetch
}

/** More than any address has been moved. */
const MAX_MOVES = 5

const MOVED: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Ask an address, and whatever it leads to. Nobody is led to another server without TLS, not for one step: whoever is on the
 * way there could answer in its stead.
 *
 * @throws Error in a few words, when it leads there or nowhere.
 */
export async function follow(address: string, { signal, fetch }: FollowOptions): Promise<Response> {
  let at = new URL(address)
  for (let moves = 0; moves <= MAX_MOVES; moves += 1) {
    const answer = await fetch(at, { signal, redirect: 'manual', headers: { accept: 'application/json' } })
    const to = MOVED.has(answer.status) ? answer.headers.get('location') : null
    if (to === null) return answer
    await answer.body?.cancel()
    const next = new URL(to, at)
    if (next.protocol !== 'https:' && next.origin !== at.origin)
      throw new Error('it led to an address without TLS')
    at = next
  }
  throw new Error('it led from one address to the next without an end')
}
