import type { Timers } from '../core/timers.ts'
import type { Scope } from './rates.ts'
import { type Held, LEASE_MS, type SlotRequest, type Slots } from './slots.ts'

/** Holds on to the slots of what runs in this process, so that a long stream keeps its own. */
export interface LeaseKeeper {
  track(request: SlotRequest): void
  untrack(request: SlotRequest): void
  stop(): void
}

/** Between two times that all are held; two may be missed before a lease ends. */
const BETWEEN_MS = LEASE_MS / 3

export function leaseKeeper(slots: Pick<Slots, 'hold'>, timers: Timers): LeaseKeeper {
  /** By org, then by id. */
  const running = new Map<string, Map<string, readonly Scope[]>>()
  let timer: unknown

  function begin(): void {
    timer ??= timers.setTimeout(() => {
      timer = undefined
      hold()
      if (running.size > 0) begin()
    }, BETWEEN_MS)
  }

  function hold(): void {
    for (const [org, ids] of running) {
      const held = [...ids].map(
        ([id, scopes]): Held => ({ id, subjects: scopes.map(({ subject }) => subject) }),
      )
      // A store that is away has lost nothing yet: the next time comes before the leases end.
      if (held.length > 0) slots.hold(org, held).catch(() => {})
      else running.delete(org)
    }
  }

  return {
    track({ org, id, scopes }) {
      if (scopes.length === 0) return
      const ids = running.get(org) ?? new Map<string, readonly Scope[]>()
      running.set(org, ids)
      ids.set(id, scopes)
      begin()
    },
    untrack({ org, id }) {
      running.get(org)?.delete(id)
    },
    stop() {
      running.clear()
      if (timer !== undefined) timers.clearTimeout(timer)
      timer = undefined
    },
  }
}
