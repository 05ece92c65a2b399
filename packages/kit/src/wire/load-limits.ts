/** How much at once a deployment is asked to do, and how much may wait for it. */
export interface LoadLimits {
  /** Calls that run at the same time. */
  readonly concurrent: number
  /** Bytes of requests that wait; 0: none does. 8 MiB by default. */
  readonly queuedBytes?: number
  /** How long one waits, ms; 5 s by default. */
  readonly waitMs?: number
}
