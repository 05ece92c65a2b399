/** Where the time comes from; milliseconds since the epoch. Tests pass one of their own. */
export interface Clock {
  now(): number
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() }
