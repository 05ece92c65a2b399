/** The calls of the last moment, and how many of them failed. */
export interface FailureRate {
  add(failed: boolean, nowMs: number): void
  /** Of the calls in the window; 0 while there are fewer than the volume that says something. */
  at(nowMs: number): number
  clear(): void
}

export interface FailureRateOptions {
  readonly windowMs: number
  /** Fewer calls in the window say nothing. */
  readonly minVolume: number
}

const SLICES = 10

/** A window that slides by slices: what is older than the window leaves a tenth of it at a time. */
export function failureRate({ windowMs, minVolume }: FailureRateOptions): FailureRate {
  const sliceMs = windowMs / SLICES
  const calls = new Uint32Array(SLICES)
  const failures = new Uint32Array(SLICES)
  let newest = 0

  /** Empty what has passed since the last look. */
  const slideTo = (nowMs: number): number => {
    const current = Math.floor(nowMs / sliceMs)
    for (let slice = Math.max(newest + 1, current - SLICES + 1); slice <= current; slice += 1) {
      calls[slice % SLICES] = 0
      failures[slice % SLICES] = 0
    }
    newest = Math.max(newest, current)
    return newest % SLICES
  }

  return {
    add(failed, nowMs) {
      const slice = slideTo(nowMs)
      calls[slice]! += 1
      if (failed) failures[slice]! += 1
    },
    at(nowMs) {
      slideTo(nowMs)
      const volume = sum(calls)
      return volume < minVolume ? 0 : sum(failures) / volume
    },
    clear() {
      calls.fill(0)
      failures.fill(0)
    },
  }
}

function sum(counts: Uint32Array): number {
  let total = 0
  for (const count of counts) total += count
  return total
}
