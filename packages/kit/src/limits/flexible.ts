import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { misassembled } from '../core/errors.ts'

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

/** Limiters by how many requests a minute they allow: each counts for every subject with that limit. */
export function limitersOf(
  make: (flexible: Flexible, rpm: number) => Limiter,
): (rpm: number) => Promise<Limiter> {
  const limiters = new Map<number, Limiter>()
  return async (rpm) => {
    const known = limiters.get(rpm)
    if (known) return known
    const flexible = await loadFlexible()
    const limiter = limiters.get(rpm) ?? make(flexible, rpm)
    limiters.set(rpm, limiter)
    return limiter
  }
}

/** Requests of one process. */
export const memoryLimiter = ({ RateLimiterMemory }: Flexible, rpm: number): Limiter =>
  new RateLimiterMemory({ points: rpm, duration: WINDOW_S, keyPrefix: '' })
