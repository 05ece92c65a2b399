import type { CryptoKey, JSONWebKeySet, JWSHeaderParameters } from 'jose'
import { type Clock, systemClock } from '../../core/clock.ts'
import { TollgateError } from '../../core/errors.ts'
import { warn } from '../../core/warn.ts'
import { jose } from './jose.ts'

/** The public keys of an issuer. */
export interface KeySet {
  /** Grows whenever the keys change: what was verified with others must be verified again. Undefined: there are none now. */
  version(): number | undefined
  /**
   * The key that a token names.
   *
   * @throws JOSEError when there is no such key.
   * @throws TollgateError `identity_unavailable` when the keys cannot be had.
   */
  find(header: JWSHeaderParameters): Promise<CryptoKey>
}

/** Keys that are stated, and never change. @throws Error when they are no key set. */
export function statedKeys(keys: JSONWebKeySet): KeySet {
  const find = jose().createLocalJWKSet(keys)
  return { version: () => 0, find: (header) => find(header) }
}

export interface FollowedKeysOptions {
  /** Whose they are, for the log. */
  readonly issuer: string
  /** Gets the keys; it has a deadline of its own. */
  readonly load: () => Promise<unknown>
  /** For how long they are used without a look for newer ones, ms. */
  readonly freshMs?: number
  /** For how long after that they are still used while no newer ones can be had, ms. */
  readonly staleMs?: number
  /** How long after one look an unknown key is not looked for again, ms. */
  readonly coolDownMs?: number
  readonly clock?: Clock
}

interface KeysInForce {
  readonly find: ReturnType<ReturnType<typeof jose>['createLocalJWKSet']>
  readonly text: string
  readonly version: number
  readonly loadedAtMs: number
}

/** Between two looks at an issuer that does not answer, ms: doubled each time, from the first to the second. */
const [BACK_OFF_MS, MAX_BACK_OFF_MS] = [1_000, 60_000]

/**
 * Keys that an issuer publishes and rotates. A key that is not known is looked for once, and then not again for a while,
 * whoever asks; concurrent looks are one. Keys that are due are replaced behind the back of the requests that use them, and
 * those of an issuer that is away are used for a bounded time.
 */
export function followedKeys({
  issuer,
  load,
  freshMs = 10 * 60_000,
  staleMs = 60 * 60_000,
  coolDownMs = 30_000,
  clock = systemClock,
}: FollowedKeysOptions): KeySet {
  let keys: KeysInForce | undefined
  let loading: Promise<void> | undefined
  let failures = 0
  let triedAtMs = Number.NEGATIVE_INFINITY

  const backOffMs = () => (failures === 0 ? 0 : Math.min(BACK_OFF_MS * 2 ** (failures - 1), MAX_BACK_OFF_MS))
  const restMs = (atLeastMs = 0) => Math.max(0, triedAtMs + Math.max(atLeastMs, backOffMs()) - clock.now())

  async function renew(): Promise<void> {
    triedAtMs = clock.now()
    try {
      const found = await load()
      const text = JSON.stringify(found)
      const find = jose().createLocalJWKSet(found as JSONWebKeySet)
      const same = keys?.text === text ? keys : undefined
      keys = { ...(same ?? { find, text, version: (keys?.version ?? 0) + 1 }), loadedAtMs: clock.now() }
      failures = 0
    } catch (cause) {
      failures += 1
      if (failures === 1) warn('TOLLGATE_ISSUER', `The keys of ${issuer} cannot be had: ${String(cause)}`)
      throw unavailable(issuer, restMs(), cause)
    }
  }

  function look(): Promise<void> {
    loading ??= renew().finally(() => {
      loading = undefined
    })
    return loading
  }

  /** The keys that may be used now; newer ones are looked for where these are due. */
  function inForce(): KeysInForce | undefined {
    if (!keys) return undefined
    const ageMs = clock.now() - keys.loadedAtMs
    if (ageMs >= freshMs && restMs() === 0) look().catch(() => {})
    return ageMs < freshMs + staleMs ? keys : undefined
  }

  async function keysToUse(): Promise<KeysInForce> {
    const now = inForce()
    if (now) return now
    if (!loading && restMs() > 0) throw unavailable(issuer, restMs())
    await look()
    return keys!
  }

  return {
    version: () => inForce()?.version,
    async find(header) {
      const used = await keysToUse()
      try {
        return await used.find(header)
      } catch (unknown) {
        const isUnknown = unknown instanceof jose().errors.JWKSNoMatchingKey
        if (!isUnknown || (!loading && restMs(coolDownMs) > 0)) throw unknown
        await look()
        return keys!.find(header)
      }
    },
  }
}

function unavailable(issuer: string, retryAfterMs: number, cause?: unknown): TollgateError {
  return new TollgateError('identity_unavailable', {
    retryAfterMs: Math.max(retryAfterMs, BACK_OFF_MS),
    internal: `the keys of ${issuer} cannot be had`,
    cause,
  })
}
