import { createHash } from 'node:crypto'
import { type Clock, TollgateError } from '@tollgate/kit/core'

/** An answer as it can be given again: nothing that is told once is in it. */
export interface KeptAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: object | null
}

/** What is known of requests that carry an `Idempotency-Key`. */
export interface IdempotencyMemory {
  /**
   * Begin a request.
   *
   * @param name of whose key it is and which; @param fingerprint of what is asked.
   * @returns the answer that it had before; undefined when it is the first.
   * @throws TollgateError `conflict` while the first still runs, or when the key was another request's.
   */
  begin(name: string, fingerprint: string): Promise<KeptAnswer | undefined>
  finish(name: string, fingerprint: string, answer: KeptAnswer): Promise<void>
  /** It has come to nothing: whoever repeats it tries anew. */
  forget(name: string): Promise<void>
}

/** For how long an answer is given again, ms. */
export const REMEMBERED_MS = 24 * 3_600_000

/** For how long a request that never ended stands in the way of its repetition, ms. */
export const RUNNING_MS = 60_000

/** Names and fingerprints are digests: what is kept has one length, and shows nobody a key. */
export function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

/** One request that is remembered: how it ended, or that it still runs. */
export interface Remembered {
  readonly fingerprint: string
  readonly answer: KeptAnswer | null
}

/** What a request that is remembered means for one that comes. */
export function repeated({ fingerprint: known, answer }: Remembered, fingerprint: string): KeptAnswer {
  if (known !== fingerprint)
    throw new TollgateError('conflict', {
      param: 'idempotency-key',
      message: 'This Idempotency-Key was used for another request. A new request has a new one.',
    })
  if (answer) return answer
  throw new TollgateError('conflict', {
    param: 'idempotency-key',
    message: 'The first request with this Idempotency-Key is still running. Ask again in a moment.',
    retryAfterMs: 1000,
  })
}

/** Requests that are remembered, at most; the oldest is forgotten first. */
const MAX_REMEMBERED = 10_000

/** In this process's memory: enough for one gateway, and gone when it restarts. */
export function processIdempotency({ clock }: { readonly clock: Clock }): IdempotencyMemory {
  const known = new Map<string, Remembered & { readonly untilMs: number }>()

  function remember(name: string, what: Remembered, forMs: number): void {
    known.delete(name)
    known.set(name, { ...what, untilMs: clock.now() + forMs })
    if (known.size > MAX_REMEMBERED) known.delete(known.keys().next().value!)
  }
  return {
    async begin(name, fingerprint) {
      const before = known.get(name)
      if (before && clock.now() < before.untilMs) return repeated(before, fingerprint)
      remember(name, { fingerprint, answer: null }, RUNNING_MS)
      return undefined
    },
    async finish(name, fingerprint, answer) {
      remember(name, { fingerprint, answer }, REMEMBERED_MS)
    },
    async forget(name) {
      known.delete(name)
    },
  }
}
