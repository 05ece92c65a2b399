import { type Books, openBooks, type Shared } from './books.ts'

/** The books of every org that this process has to do with. */
export interface Orgs {
  of(org: string): Books
  /** Those that have books, by name. */
  all(): Promise<readonly Books[]>
  /** Those whose reservations are this process's to expire now: its own each time, all of them now and then. */
  toSweep(): Promise<readonly Books[]>
  /** Resolves when everything that was asked so far has been answered. */
  idle(): Promise<void>
}

/** An org that no process uses any more may still have a reservation that nobody answers for. */
const SWEEP_MS = 60_000

export function openOrgs(shared: Shared): Orgs {
  const known = new Map<string, Books>()
  let sweptMs = -Infinity

  function of(org: string): Books {
    const books = known.get(org) ?? openBooks(shared, org)
    known.set(org, books)
    return books
  }

  async function all(): Promise<readonly Books[]> {
    const orgs = (await shared.call('SMEMBERS', shared.keys.orgs)) as string[]
    return orgs.toSorted().map(of)
  }

  return {
    of,
    all,
    async toSweep() {
      const nowMs = shared.clock.now()
      // A clock that was set back must not put the sweep off.
      if (Math.abs(nowMs - sweptMs) < SWEEP_MS) return [...known.values()]
      const orgs = await all()
      sweptMs = nowMs
      return orgs
    },
    async idle() {
      for (const books of known.values()) await books.lane.idle()
    },
  }
}
