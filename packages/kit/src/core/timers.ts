import { clearTimeout, setTimeout } from 'node:timers'

/** What work in the background waits with: the machine's own timers, unless a test brings others. */
export interface Timers {
  setTimeout(callback: () => void, delayMs: number): unknown
  clearTimeout(handle: unknown): void
}

/**
 * Timers that hold no process open. Taken from the module, so that a test's fake global timers stop neither a real
 * ledger's heartbeats nor a real audit trail.
 */
export const machineTimers: Timers = {
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs).unref(),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
}
