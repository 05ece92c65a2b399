import type { Clock } from '../../core/clock.ts'
import type { AccountId, Amounts } from '../ledger.ts'

/** A reservation of this process, with all that the books would need to have it again. */
export interface Reservation {
  readonly id: string
  readonly path: readonly AccountId[]
  /** The path as it is kept with the reservation. */
  readonly pathText: string
  /** Everything that the books do not answer, as it was sent. */
  readonly terms: Terms
  /** Set when the books have answered; until then it may not exist. */
  grant?: Grant
  ttlMs: number
  /** When the books last said something of it, ms. */
  heardMs: number
  held: Amounts
  consumed: Amounts
  observed: Amounts
}

export interface Terms {
  readonly bound: string
  readonly observe: string
  readonly fingerprint: string
  readonly owner: string
  readonly memo: string
  readonly label: string
}

export interface Grant {
  /** Per account, joined by spaces. */
  readonly shapes: string
  /** Likewise: which accounts of these names they are, as the books tell them apart. */
  readonly lives: string
  /** The windows it was admitted in, joined by ';'. */
  readonly windows: string
  readonly reservedAtMs: number
  /** Accounts of its path that nobody had provisioned: the books made them by themselves, and may lose them with it. */
  readonly unprovisioned: readonly AccountId[]
}

/** Where a reservation's counters are, for a command that ends it. */
export interface Whereabouts {
  readonly path: readonly AccountId[]
  readonly pathText: string
}

export interface Reservations {
  /** Made by this process and not ended since, as far as it knows. */
  get(id: string): Reservation | undefined
  add(reservation: Reservation): void
  /** It has been ended, or has never come to be. Where it was is remembered for a while, for repeats. */
  end(id: string): Reservation | undefined
  /** Those that the books have granted, oldest first. */
  granted(): readonly Reservation[]
  /** null: the books know no such reservation; undefined: nobody has looked. */
  whereabouts(id: string): Whereabouts | null | undefined
  noteWhereabouts(id: string, found: Whereabouts | null): void
}

/** Reservations of which only the path is remembered; beyond that so many are forgotten at once, the oldest. */
const MAX_WHEREABOUTS = 20_000
const BITE = 1_000
/** No reservation lives longer without being heard of, see `check.ts`: who made it has forgotten it. */
const FORGOTTEN_MS = 2 * 86_400_000

export function reservations(clock: Clock): Reservations {
  const open = new Map<string, Reservation>()
  const elsewhere = new Map<string, Whereabouts | null>()

  function remember(id: string, found: Whereabouts | null): void {
    elsewhere.delete(id)
    elsewhere.set(id, found)
    if (elsewhere.size <= MAX_WHEREABOUTS) return
    // One by one it would be slow: a map passes the places of all it has lately forgotten on the way to its oldest entry.
    for (const oldest of elsewhere.keys()) {
      elsewhere.delete(oldest)
      if (elsewhere.size <= MAX_WHEREABOUTS - BITE) return
    }
  }

  function dropForgotten(): void {
    for (const { id, heardMs } of open.values()) {
      if (heardMs + FORGOTTEN_MS > clock.now()) return
      open.delete(id)
    }
  }

  return {
    get: (id) => open.get(id),
    add(reservation) {
      dropForgotten()
      open.set(reservation.id, reservation)
    },
    end(id) {
      const reservation = open.get(id)
      if (!reservation) return
      open.delete(id)
      remember(id, { path: reservation.path, pathText: reservation.pathText })
      return reservation
    },
    granted: () => [...open.values()].filter(({ grant }) => grant),
    whereabouts: (id) => open.get(id) ?? elsewhere.get(id),
    noteWhereabouts: (id, found) => remember(id, found),
  }
}
