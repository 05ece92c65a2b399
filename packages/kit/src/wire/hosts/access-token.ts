import { type Clock, systemClock } from '../../core/clock.ts'

/** A bearer token, and until when it is good, ms since 1970. */
export interface AccessToken {
  readonly token: string
  readonly expiresAtMs: number
}

export interface KeptTokenOptions {
  /** How long before its end a token is asked for anew, ms. */
  readonly aheadMs?: number
  /** How soon a refresh that failed is tried again while the old token is good, ms. */
  readonly retryMs?: number
  readonly clock?: Clock
}

/**
 * A token that is asked for once and kept. It is renewed ahead of its end, beside the requests that go on with the old one;
 * only where there is none that is good does a request wait, and all that wait share one question.
 *
 * @throws what `ask` throws, to whoever waits.
 */
export function keptToken(
  ask: () => Promise<AccessToken>,
  { aheadMs = 300_000, retryMs = 10_000, clock = systemClock }: KeptTokenOptions = {},
): () => string | Promise<string> {
  let kept: AccessToken | undefined
  let asking: Promise<AccessToken> | undefined
  let notBeforeMs = Number.NEGATIVE_INFINITY

  const refresh = (): Promise<AccessToken> => {
    asking ??= ask()
      .then((token) => {
        kept = token
        return token
      })
      .finally(() => {
        asking = undefined
        notBeforeMs = clock.now() + retryMs
      })
    return asking
  }

  return () => {
    const nowMs = clock.now()
    if (!kept || kept.expiresAtMs <= nowMs) return refresh().then(({ token }) => token)
    // Nobody waits for it, so its failure is nobody's: the next one to need a token asks again.
    if (kept.expiresAtMs - aheadMs <= nowMs && nowMs >= notBeforeMs) refresh().catch(() => {})
    return kept.token
  }
}
