/** What went wrong with a call of a provider, as far as what to do next depends on it. */
export type FailureKind = keyof typeof FAILURES

/** What a kind of failure calls for. */
export interface FailureRule {
  /** Which other deployments may do better. */
  readonly goTo: 'any' | 'larger-model' | 'other-provider' | 'nowhere'
  /** The same deployment may do better a moment later. */
  readonly passes: boolean
  /** Who is asked no more for a while: a model at a provider, one key at that model, or the key at every model. */
  readonly blames: 'deployment' | 'seat' | 'key' | 'nobody'
}

/** Every kind of failure, and what follows from it: the one table that all policies go by. */
export const FAILURES = {
  /** No connection: DNS, TCP, TLS, or not in time. Nothing was sent. */
  unreachable: { goTo: 'any', passes: true, blames: 'deployment' },
  /** Sent, and the first byte, the next one or the last did not come in time. */
  timeout: { goTo: 'any', passes: false, blames: 'deployment' },
  /** Sent, and the connection broke off. */
  broken: { goTo: 'any', passes: true, blames: 'deployment' },
  /** A 2xx whose body is no answer, or says that it is an error. */
  malformed: { goTo: 'any', passes: true, blames: 'deployment' },
  /** A 2xx with nothing in it. */
  empty: { goTo: 'any', passes: true, blames: 'deployment' },
  overloaded: { goTo: 'any', passes: true, blames: 'deployment' },
  server: { goTo: 'any', passes: true, blames: 'deployment' },
  /** 409: somebody else's write was in the way. */
  conflict: { goTo: 'any', passes: true, blames: 'nobody' },
  /** Too many requests or tokens a minute, of this model with this key. */
  rate_limited: { goTo: 'any', passes: true, blames: 'seat' },
  /** What was paid for is used up: no model answers this key. */
  quota: { goTo: 'any', passes: false, blames: 'key' },
  /** The gateway's own key is not accepted. */
  auth: { goTo: 'any', passes: false, blames: 'key' },
  model_not_found: { goTo: 'any', passes: false, blames: 'nobody' },
  /** The request is longer than the model reads. */
  context_window: { goTo: 'larger-model', passes: false, blames: 'nobody' },
  content_filter: { goTo: 'other-provider', passes: false, blames: 'nobody' },
  /** Whatever else is wrong with the request itself: everybody would refuse it. */
  caller: { goTo: 'nowhere', passes: false, blames: 'nobody' },
} as const satisfies Record<string, FailureRule>

/** Failures that are the request's own, and that another deployment may mend all the same. */
export type Rescue = 'context_window' | 'content_filter' | 'model_not_found'

export const RESCUES: readonly Rescue[] = ['context_window', 'content_filter', 'model_not_found']

/** Which of the waits for a provider has ended. */
export type Patience = 'connect' | 'first-byte' | 'idle' | 'total'

/** How a call of a provider failed, before its client saw a byte of it. */
export interface Failure {
  readonly kind: FailureKind
  /** The provider's status; undefined where there was none. */
  readonly status?: number
  /** Which wait has ended, where one has. */
  readonly late?: Patience
  /** The provider's own words, for the caller: only what its error body says in public. */
  readonly publicText?: string
  /** When the provider wants to be asked again, ms from when it said so. */
  readonly retryAfterMs?: number
  /** The provider says itself that asking again does not help. */
  readonly final?: boolean
  /** The provider may have generated something, and bills it. */
  readonly paid: boolean
  readonly cause?: unknown
}

/**
 * Whether the same deployment may be asked again for the same request: the failure passes, nobody has said that it does
 * not, and nothing was paid for it. What may have been paid is not bought twice at the same place.
 */
export function mayRepeat({ kind, final, paid }: Failure): boolean {
  return FAILURES[kind].passes && !final && !paid
}

/** Whether a failure is the request's own: its provider's answer is then the client's. */
export function isCallersOwn({ kind }: Pick<Failure, 'kind'>): boolean {
  return kind === 'caller' || (RESCUES as readonly string[]).includes(kind)
}
