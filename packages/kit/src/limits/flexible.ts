import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { misassembled } from '../core/errors.ts'
import { MAX_RATE } from './rates.ts'

export type Flexible = typeof import('rate-limiter-flexible')
export type Limiter = RateLimiterAbstract

/** How long a window of requests is, s. */
export const WINDOW_S = 60

let loaded: Promise<Flexible> | undefined

/**
 * The library that counts requests, loaded by whoever limits them first.
 *
 * @throws TollgateError `misassembled` when it is not installed.
 */
function loadFlexible(): Promise<Flexible> {
  loaded ??= import('rate-limiter-flexible').catch((cause: unknown) => {
    loaded = undefined
    throw Object.assign(misassembled(NOT_INSTALLED), { cause })
  })
  return loaded
}

const NOT_INSTALLED =
  'Requests per minute (rpm) are counted by rate-limiter-flexible, which is not installed: npm install rate-limiter-flexible'

/** The one limiter of a store, at once where it is there. */
export type LimiterOf = () => Limiter | Promise<Limiter>

/**
 * One for all limits: it counts, and whoever asks compares. A limit that is changed, by another tier or a grant, goes on with
 * what was counted for its subject; with a limiter for each limit it would begin anew.
 */
export function limiterOf(make: (flexible: Flexible) => Limiter): LimiterOf {
  let limiter: Limiter | undefined
  async function load(): Promise<Limiter> {
    const flexible = await loadFlexible()
    limiter ??= make(flexible)
    return limiter
  }
  return () => limiter ?? load()
}

/** Requests of one process. */
export const memoryLimiter = ({ RateLimiterMemory }: Flexible): Limiter =>
  new RateLimiterMemory({ points: MAX_RATE, duration: WINDOW_S, keyPrefix: '' })
