import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { type Amounts, type Basis, type ExpiredFilter, METRICS, type Standing } from '../ledger.ts'
import type { Counter, Counters } from './counters.ts'

export type State = 'open' | 'settled' | 'released' | 'expired'

/** Amounts while they are being worked on. */
export interface Totals {
  usd: number
  tokens: number
  requests: number
}

export interface Reservation {
  readonly org: string
  readonly id: string
  state: State
  /** When open: the deadline. Otherwise: when its record has served its time. */
  dueMs: number
  readonly owner: string
  /** JSON of the path, and of the counters as [rule, window]; kept as text, because most are never read again. */
  readonly path: string
  readonly countersText: string
  /** And those that have taken over from them since. */
  counters: readonly Counter[]
  readonly memo: string
  /** JSON of what was asked for: a repeat must ask the same. See {@link Asked}. */
  readonly asked: string
  ttlMs: number
  readonly reservedAtMs: number
  endedAtMs: number | null
  readonly reserved: Totals
  readonly consumed: Totals
  readonly observed: Totals
  /** As it was told, before anything was made of it. */
  settled: Amounts | null
  basis: Basis | null
  /** JSON of what its last answer told of budgets; a repeat hears it again. */
  told: string | null
}

/** What tells a reservation from all others in the file. */
export type ReservationName = Pick<Reservation, 'org' | 'id'>

/** The bound, whether it was only observed, min per metric, want per metric. */
export type Asked = readonly [bound: 'proven' | 'soft', observe: boolean, ...amounts: number[]]

export interface Reservations {
  find(org: string, id: string): Reservation | undefined
  /** Write a new record; false when its org has one of this id. */
  insert(reservation: Reservation): boolean
  /** Write everything that can change. */
  save(reservation: Reservation): void
  /** Write what a settle or release of an open reservation changes, which is less. */
  close(reservation: Reservation): void
  /** Those in a state whose time has come, the longest overdue first. */
  due(state: State, nowMs: number, limit: number): ReservationName[]
  /** Expired reservations, oldest first. */
  expired(filter: ExpiredFilter): ReservationName[]
  /** Keep what the answer to its command tells of budgets. */
  tell(reservation: Reservation, told: readonly Standing[]): void
  /** Those that are remembered; all others are read when they are needed. */
  remembered(): Iterable<Reservation>
  /** Delete records that have served their time, a bite at a time. */
  sweep(nowMs: number): void
  forget(): void
  size(): number
}

const INSERT = `
  INSERT INTO reservation (org, id, state, due_ms, owner, path, counters, memo, asked, ttl_ms, reserved_at_ms,
    ended_at_ms, reserved_usd, reserved_tokens, reserved_requests)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
const CLOSE = `
  UPDATE reservation SET state = ?, due_ms = ?, ended_at_ms = ?,
    settled_usd = ?, settled_tokens = ?, settled_requests = ?, basis = ?, told = NULL WHERE id = ? AND org = ?`
const SAVE = `
  UPDATE reservation SET state = ?, due_ms = ?, ended_at_ms = ?,
    settled_usd = ?, settled_tokens = ?, settled_requests = ?, basis = ?, ttl_ms = ?,
    reserved_usd = ?, reserved_tokens = ?, reserved_requests = ?,
    consumed_usd = ?, consumed_tokens = ?, consumed_requests = ?,
    observed_usd = ?, observed_tokens = ?, observed_requests = ? WHERE id = ? AND org = ?`
const TELL = 'UPDATE reservation SET told = ? WHERE id = ? AND org = ?'
/** Spelled as in the index, which is used only by queries that say the same. */
const REFERRING = "SELECT org, id FROM reservation WHERE state IN ('open', 'expired')"
const DUE = `${REFERRING} AND state = ? AND due_ms <= ? ORDER BY due_ms LIMIT ?`
const EXPIRED = `
  ${REFERRING} AND state = 'expired' AND ended_at_ms >= ? AND (? IS NULL OR org = ?)
    AND (? IS NULL OR owner = ?) ORDER BY due_ms, id, org`
const BITE = `
  SELECT max(place) AS end FROM
    (SELECT rowid AS place FROM reservation WHERE rowid > ? ORDER BY rowid LIMIT 1000)`
const CLOSED = "rowid > ? AND rowid <= ? AND state IN ('settled', 'released')"
const SWEEP = `DELETE FROM reservation WHERE ${CLOSED} AND due_ms <= ?`
const WAITING = `SELECT 1 FROM reservation WHERE ${CLOSED} LIMIT 1`

/** Reservations: each change is written at once, and those that are open, or were looked at while expired, stay in memory. */
export function reservationBook(db: DatabaseSync, counters: Counters): Reservations {
  const select = db.prepare('SELECT * FROM reservation WHERE id = ? AND org = ?')
  const insert = db.prepare(INSERT)
  const close = db.prepare(CLOSE)
  const save = db.prepare(SAVE)
  const due = db.prepare(DUE)
  const expired = db.prepare(EXPIRED)
  const tell = db.prepare(TELL)
  const bite = db.prepare(BITE)
  const sweep = db.prepare(SWEEP)
  const waiting = db.prepare(WAITING)
  /** Everything up to this row has been looked at and is not to be cleared away yet. */
  let swept = 0
  /** By id alone: should two orgs ever have one in common, one of the two is read from the file each time. */
  const alive = new Map<string, Reservation>()

  function remember(reservation: Reservation): void {
    const { id, state } = reservation
    if (state === 'open' || state === 'expired') alive.set(id, reservation)
    else alive.delete(id)
  }

  return {
    find(org, id) {
      const known = alive.get(id)
      if (known?.org === org) return known
      const row = select.get(id, org)
      if (!row) return
      const found = reservationOf(row, counters)
      remember(found)
      return found
    },
    insert(reservation) {
      const { org, id, state, dueMs, owner, path, countersText, memo, asked, ttlMs } = reservation
      const { usd, tokens, requests } = reservation.reserved
      const { changes } = insert.run(
        org,
        id,
        state,
        dueMs,
        owner,
        path,
        countersText,
        memo,
        asked,
        ttlMs,
        reservation.reservedAtMs,
        reservation.endedAtMs,
        usd,
        tokens,
        requests,
      )
      if (changes === 0) return false
      remember(reservation)
      return true
    },
    close(reservation) {
      reservation.told = null
      const { state, dueMs, endedAtMs, settled, basis, id, org } = reservation
      const { usd, tokens, requests } = settled ?? NOTHING_TOLD
      close.run(state, dueMs, endedAtMs, usd, tokens, requests, basis, id, org)
      remember(reservation)
    },
    save(reservation) {
      const { state, dueMs, endedAtMs, settled, basis, ttlMs, id, org } = reservation
      const { reserved, consumed, observed } = reservation
      const { usd, tokens, requests } = settled ?? NOTHING_TOLD
      save.run(
        ...[state, dueMs, endedAtMs, usd, tokens, requests, basis, ttlMs],
        ...METRICS.map((metric) => reserved[metric]),
        ...METRICS.map((metric) => consumed[metric]),
        ...METRICS.map((metric) => observed[metric]),
        id,
        org,
      )
      remember(reservation)
    },
    due: (state, nowMs, limit) => due.all(state, nowMs, limit).map(nameOf),
    expired: ({ org = null, owner = null, sinceMs = 0 }) =>
      expired.all(sinceMs, org, org, owner, owner).map(nameOf),
    tell(reservation, told) {
      reservation.told = JSON.stringify(told)
      tell.run(reservation.told, reservation.id, reservation.org)
    },
    remembered: () => alive.values(),
    sweep(nowMs) {
      const end = (bite.get(swept)!.end as number | null) ?? 0
      if (end > 0) sweep.run(swept, end, nowMs)
      // Behind the first closed record that still serves its time nearly all do: start again from the front.
      swept = end === 0 || waiting.get(swept, end) ? 0 : end
    },
    forget: () => alive.clear(),
    size: () => alive.size,
  }
}

const NOTHING_TOLD = { usd: null, tokens: null, requests: null }

type Row = Record<string, SQLOutputValue>

const nameOf = ({ org, id }: Row): ReservationName => ({ org: org as string, id: id as string })

function reservationOf(row: Row, counters: Counters): Reservation {
  const countersText = row.counters as string
  const references = JSON.parse(countersText) as [rule: number, window: string][]
  return {
    org: row.org as string,
    id: row.id as string,
    state: row.state as State,
    dueMs: row.due_ms as number,
    owner: row.owner as string,
    path: row.path as string,
    countersText,
    counters: withHeirs(
      references.flatMap(([rule, window]) => counters.find(rule, window) ?? []),
      counters,
    ),
    memo: row.memo as string,
    asked: row.asked as string,
    ttlMs: row.ttl_ms as number,
    reservedAtMs: row.reserved_at_ms as number,
    endedAtMs: row.ended_at_ms as number | null,
    reserved: totalsOf(row, 'reserved'),
    consumed: totalsOf(row, 'consumed'),
    observed: totalsOf(row, 'observed'),
    settled: row.basis === null ? null : (totalsOf(row, 'settled') as Amounts),
    basis: row.basis as Basis | null,
    told: row.told as string | null,
  }
}

/** A reservation counts also where others have taken over from its counters, unless it stands under that rule already. */
function withHeirs(all: Counter[], counters: Counters): Counter[] {
  // It grows while it is walked: heirs have heirs.
  for (const { heirs } of all) {
    for (const [rule, window] of heirs) {
      const heir = all.some((counter) => counter.rule === rule) ? undefined : counters.find(rule, window)
      if (heir) all.push(heir)
    }
  }
  return all
}

function totalsOf(row: Row, column: string): Totals {
  return {
    usd: row[`${column}_usd`] as number,
    tokens: row[`${column}_tokens`] as number,
    requests: row[`${column}_requests`] as number,
  }
}
