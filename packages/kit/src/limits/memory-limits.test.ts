import { afterEach, beforeEach, test, vi } from 'vitest'
import { limitsConformance } from '../conformance/limits.ts'
import { memoryLimits } from './memory-limits.ts'

// The library that counts requests goes by the machine's clock.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

limitsConformance({
  test,
  store: () => ({
    open: (timers) => memoryLimits({ timers }),
    advance: (ms) => void (ms < 0 ? vi.setSystemTime(Date.now() + ms) : vi.advanceTimersByTime(ms)),
    toleranceMs: 0,
    remove() {},
  }),
})
