/** How long a deployment takes to its first byte, as it has been lately. */
export interface Latency {
  add(ms: number, nowMs: number): void
  /** Ms; 0 where nothing is known, or not any more: who has not been asked for long is worth another try. */
  at(nowMs: number): number
}

/** Half of what is known is forgotten in this time. */
const HALF_LIFE_MS = 10_000

/**
 * A mean that decays with time, and that a slow answer raises at once: peak EWMA, as Finagle's load balancer has it.
 * https://twitter.github.io/finagle/guide/ApertureLoadBalancers.html#peak-ewma
 */
export function latency({ halfLifeMs = HALF_LIFE_MS }: { readonly halfLifeMs?: number } = {}): Latency {
  let value = 0
  let atMs = 0
  const remembered = (nowMs: number) => 0.5 ** (Math.max(0, nowMs - atMs) / halfLifeMs)
  return {
    add(ms, nowMs) {
      const weight = remembered(nowMs)
      value = ms > value ? ms : value * weight + ms * (1 - weight)
      atMs = nowMs
    },
    at: (nowMs) => value * remembered(nowMs),
  }
}
