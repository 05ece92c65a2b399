import type { DatabaseSync } from 'node:sqlite'
import type { AccountId, Metric } from '../ledger.ts'
import type { WindowSpan } from '../windows.ts'

/** What one rule has counted in one window. */
export interface Counter {
  readonly rule: number
  readonly account: AccountId
  readonly metric: Metric
  readonly window: string
  readonly endMs: number
  spent: number
  reserved: number
  /** The part of `spent` that expired reservations were charged. */
  unconfirmed: number
  /** Costs beyond their reservations, added up. */
  overdraft: number
  /** Open and expired reservations that may still change this counter; it is not deleted before they are gone. */
  referrers: number
  /** The counters, by rule and window, of the rules that have taken over from its own while it was current. */
  heirs: readonly Heir[]
  /** Already in the file: updated when changed, not inserted. */
  stored: boolean
  changed: boolean
}

export type Heir = readonly [rule: number, window: string]

export interface CounterRule {
  readonly number: number
  readonly account: AccountId
  readonly budget: { readonly metric: Metric }
}

export interface Counters {
  /** The counter of a rule in a window: from memory, from the file, or new at zero. */
  at(rule: CounterRule, span: WindowSpan): Counter
  /** A counter that a stored reservation refers to. */
  find(rule: number, window: string): Counter | undefined
  /** Note that the counter differs from the file. */
  change(counter: Counter): void
  /** Let another take over: whatever changes what was charged to this one changes both. */
  bequeath(counter: Counter, heir: Counter): void
  /** Write what has changed, each counter once. */
  flush(): void
  /** Delete counters of windows that ended before this time and that nothing refers to, a bite at a time. */
  sweep(endedBeforeMs: number): void
  forget(): void
  size(): number
}

const NO_HEIRS: readonly Heir[] = []

const FIND = `
  SELECT account, metric, end_ms, spent, reserved, unconfirmed, overdraft, referrers, heirs
  FROM counter JOIN budget USING (rule) WHERE rule = ? AND counter.window = ?`
const INSERT = `
  INSERT INTO counter (spent, reserved, unconfirmed, overdraft, referrers, rule, window, end_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
const UPDATE = `
  UPDATE counter SET spent = ?, reserved = ?, unconfirmed = ?, overdraft = ?, referrers = ?
  WHERE rule = ? AND window = ?`
const BEQUEATH = 'UPDATE counter SET heirs = ? WHERE rule = ? AND window = ?'
const SWEEP = `
  DELETE FROM counter WHERE (rule, window) IN
    (SELECT rule, window FROM counter WHERE end_ms < ? AND referrers = 0 ORDER BY end_ms LIMIT 200)`

/**
 * Counters, in memory as far as they were needed. Memory is the truth during a transaction; the file follows at its
 * end, once per counter however many commands changed it.
 */
export function counterBook(db: DatabaseSync): Counters {
  const find = db.prepare(FIND)
  const insert = db.prepare(INSERT)
  const update = db.prepare(UPDATE)
  const bequeath = db.prepare(BEQUEATH)
  const sweep = db.prepare(SWEEP)
  const known = new Map<string, Counter>()
  let changed: Counter[] = []
  let bequeathed: Counter[] = []

  function load(rule: number, window: string): Counter | undefined {
    const row = find.get(rule, window)
    if (!row) return
    return {
      rule,
      account: row.account as AccountId,
      metric: row.metric as Metric,
      window,
      endMs: (row.end_ms as number | null) ?? Infinity,
      spent: row.spent as number,
      reserved: row.reserved as number,
      unconfirmed: row.unconfirmed as number,
      overdraft: row.overdraft as number,
      referrers: row.referrers as number,
      heirs: row.heirs === null ? NO_HEIRS : JSON.parse(row.heirs as string),
      stored: true,
      changed: false,
    }
  }

  function findKnown(rule: number, window: string): Counter | undefined {
    const key = `${rule} ${window}`
    const counter = known.get(key) ?? load(rule, window)
    if (counter) known.set(key, counter)
    return counter
  }

  function change(counter: Counter): void {
    if (counter.changed) return
    counter.changed = true
    changed.push(counter)
  }

  return {
    find: findKnown,
    at(rule, span) {
      const found = findKnown(rule.number, span.id)
      if (found) return found
      const fresh = freshCounter(rule, span)
      known.set(`${rule.number} ${span.id}`, fresh)
      return fresh
    },
    change,
    bequeath(counter, heir) {
      counter.heirs = [...counter.heirs, [heir.rule, heir.window]]
      bequeathed.push(counter)
      change(counter)
    },
    flush() {
      for (const counter of changed) {
        const { spent, reserved, unconfirmed, overdraft, referrers, rule, window, endMs } = counter
        if (counter.stored) update.run(spent, reserved, unconfirmed, overdraft, referrers, rule, window)
        else {
          const end = endMs === Infinity ? null : endMs
          insert.run(spent, reserved, unconfirmed, overdraft, referrers, rule, window, end)
        }
        counter.stored = true
        counter.changed = false
      }
      for (const { heirs, rule, window } of bequeathed) bequeath.run(JSON.stringify(heirs), rule, window)
      changed = []
      bequeathed = []
    },
    sweep: (endedBeforeMs) => void sweep.run(endedBeforeMs),
    forget() {
      known.clear()
      changed = []
      bequeathed = []
    },
    size: () => known.size,
  }
}

export function freshCounter(rule: CounterRule, span: WindowSpan): Counter {
  return {
    rule: rule.number,
    account: rule.account,
    metric: rule.budget.metric,
    window: span.id,
    endMs: span.endMs,
    spent: 0,
    reserved: 0,
    unconfirmed: 0,
    overdraft: 0,
    referrers: 0,
    heirs: NO_HEIRS,
    stored: false,
    changed: false,
  }
}
