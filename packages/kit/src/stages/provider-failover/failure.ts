import type { Attempt } from './slots.ts'

/** How an attempt ended that gave the client nothing. */
export interface Failure {
  readonly outcome: Exclude<Attempt['outcome'], 'answered' | 'skipped'>
  /** The provider's status, when there was one. */
  readonly status?: number
  /** The provider's own words, for the caller: only what its error body says in public. */
  readonly publicText?: string
  /** The provider's `retry-after`, in ms. */
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/** Statuses that another deployment may answer better: quota, overload, breakdown, and a key that is not ours to explain. */
export function isRetryable(status: number): boolean {
  return status === 401 || status === 403 || status === 408 || status === 429 || status >= 500
}

/** This process is ending, and waits no longer. */
export class Stopped extends Error {}

const TIMEOUTS: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

/** What a transport error means for the money: whether the provider can have generated anything. */
export function failureOf(error: unknown, sent: boolean): Failure {
  if (error instanceof Stopped) return { outcome: 'stopped', cause: error }
  if (!sent) return { outcome: 'unreachable', cause: error }
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? ''
  return { outcome: TIMEOUTS.has(code) ? 'timeout' : 'broken', cause: error }
}

/** The public message in a provider's error body: OpenAI's `error.message`. */
export function publicTextOf(body: Buffer): string | undefined {
  try {
    const message: unknown = JSON.parse(body.toString('utf8'))?.error?.message
    return typeof message === 'string' ? message.slice(0, 500) : undefined
  } catch {
    return undefined
  }
}

/** `retry-after` in seconds or as a date, in ms from now. */
export function retryAfterMs(value: string | string[] | undefined, nowMs: number): number | undefined {
  if (typeof value !== 'string') return undefined
  const seconds = Number(value)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - nowMs
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined
}
