import type { Edit, Mutant } from './mutant.ts'

const sqlite = (file: string, find: string, put: string): Edit => ({
  file: `src/ledger/sqlite/${file}.ts`,
  find,
  put,
})

/** Each would let money through, lose it or invent it; the conformance suite has to find every one. */
export const SQLITE_MUTANTS: readonly Mutant[] = [
  {
    name: 'refunds what expires',
    edits: [
      sqlite(
        'booking',
        '        counter.spent += sign * held\n        counter.unconfirmed += sign * (held - used)',
        '        counter.spent += sign * used',
      ),
    ],
  },
  {
    name: 'adds what it is told to what is held, as if totals were deltas',
    edits: [sqlite('extend', 'Math.max(0, totals[metric] - held[metric])', 'totals[metric]')],
  },
  {
    name: 'ignores a settle that comes after expiry',
    edits: [
      sqlite(
        'close',
        "  if (before !== 'settled') {",
        "  if (before === 'expired') return { status: 'late', overdraft: false }\n  if (before !== 'settled') {",
      ),
    ],
  },
  {
    name: 'leaves no tombstone when an unknown id is released',
    edits: [sqlite('close', '    books.reservations.insert(blindTombstone(org, id, books.nowMs))\n', '')],
  },
  {
    name: 'refuses to release what has expired',
    edits: [
      sqlite(
        'close',
        "if (reservation.state === 'settled') return { status: 'conflict' }",
        "if (reservation.state === 'settled' || reservation.state === 'expired') return { status: 'conflict' }",
      ),
    ],
  },
  {
    name: 'gives a repeated id its grant, whatever is asked for',
    edits: [
      sqlite(
        'reserve',
        'if (known.path !== pathText || known.asked !== askedText)',
        'if (known.path !== pathText)',
      ),
    ],
  },
  {
    name: 'lets an open reservation vanish at its deadline',
    edits: [
      sqlite('reservations', "state IN ('settled', 'released')", "state IN ('settled', 'released', 'open')"),
      sqlite(
        'expire',
        '  const expired = reservations.due(',
        '  reservations.sweep(nowMs)\n  const expired = reservations.due(',
      ),
    ],
  },
  {
    name: 'writes amounts down with fourteen digits',
    edits: [
      sqlite(
        'counters',
        'update.run(spent, reserved,',
        'update.run(Number(spent.toPrecision(14)), reserved,',
      ),
    ],
  },
  {
    name: 'computes what is left in floating-point dollars',
    edits: [
      sqlite(
        'fit',
        '  return limit - counter.spent - counter.reserved',
        '  return Math.round((limit / 1e9 - counter.spent / 1e9 - counter.reserved / 1e9) * 1e9)',
      ),
    ],
  },
  {
    name: 'chooses windows by the clock of whoever asks',
    edits: [
      sqlite('books', 'Math.max(books.nowMs, books.windowNowMs, meta.newest_ms as number)', 'books.nowMs'),
    ],
  },
  {
    name: 'picks a window by its end alone',
    edits: [{ file: 'src/ledger/windows.ts', find: 'known.startMs <= nowMs && ', put: '' }],
  },
  {
    name: 'deletes counters while their window lasts',
    edits: [sqlite('counters', 'WHERE end_ms < ? AND referrers = 0', 'WHERE end_ms > ? AND referrers = 0')],
  },
  {
    name: 'charges the whole reservation for an estimate',
    edits: [
      sqlite(
        'close',
        'reservation.settled = { usd: actual.usd,',
        "reservation.settled = { usd: basis === 'exact' ? actual.usd : reservation.reserved.usd,",
      ),
    ],
  },
  {
    name: 'names the first budget that denies, not the tightest',
    edits: [sqlite('fit', '(other.remaining < least.remaining ? other : least)', 'least')],
  },
  {
    name: 'keeps a charge unconfirmed after its late settle',
    edits: [
      sqlite(
        'booking',
        'counter.unconfirmed += sign * (held - used)',
        'counter.unconfirmed += sign > 0 ? held - used : 0',
      ),
    ],
  },
  {
    name: 'denies for a soft budget',
    edits: [sqlite('fit', "(mode === 'hard' && !observe) ||", '!observe ||')],
  },
  {
    name: 'narrows a grant by the last budget only',
    edits: [sqlite('fit', 'Math.min(grant[metric], left)', 'Math.min(want[metric], left)')],
  },
  {
    name: 'denies what fits exactly',
    edits: [sqlite('fit', 'if (left < min[metric] &&', 'if (left <= min[metric] &&')],
  },
  {
    name: 'admits one unit too much',
    edits: [
      sqlite(
        'fit',
        '  return limit - counter.spent - counter.reserved',
        '  return limit - counter.spent - counter.reserved + 1',
      ),
    ],
  },
  {
    name: 'forgets what running requests hold',
    edits: [
      sqlite('fit', '  return limit - counter.spent - counter.reserved', '  return limit - counter.spent'),
    ],
  },
  {
    name: 'revives a reservation without booking it back',
    edits: [
      sqlite(
        'heartbeat',
        'rebook(reservation, books.counters, () => reopen(reservation, books.nowMs, ttlMs))',
        'reopen(reservation, books.nowMs, ttlMs)',
      ),
    ],
  },
  {
    name: 'expires a moment late',
    edits: [sqlite('reservations', 'AND state = ? AND due_ms <= ?', 'AND state = ? AND due_ms < ?')],
  },
  {
    name: 'lets a lower estimate replace a higher one',
    edits: [
      sqlite(
        'close',
        'next.actual[metric] > settledAt[metric])',
        'next.actual[metric] !== settledAt[metric])',
      ),
      sqlite('close', 'most(settledAt, next.actual)', 'next.actual'),
    ],
  },
  {
    name: 'gives back what was consumed when it releases',
    edits: [sqlite('booking', "      case 'released':\n        counter.spent += sign * used\n", '')],
  },
  {
    name: 'raises a reservation in a window that has ended',
    edits: [sqlite('fit', 'if (ended || isFull(counter)', 'if (isFull(counter)')],
  },
  {
    name: 'forgets a closed record before its repeats have come',
    edits: [{ file: 'src/ledger/lives.ts', find: 'Math.max(2 * ttlMs, TOMBSTONE_MS)', put: 'ttlMs' }],
  },
  {
    name: 'does not count overdraft',
    edits: [sqlite('booking', 'sign * Math.max(0, charge - held)', '0')],
  },
  {
    name: 'charges all accounts of a path but the last counter',
    edits: [
      sqlite(
        'booking',
        'of reservation.counters) {\n    const { metric }',
        'of reservation.counters.slice(0, -1)) {\n    const { metric }',
      ),
    ],
  },
  {
    name: 'adjusts again when told again',
    edits: [
      sqlite('adjust', "    if (exists.get(org, id)) return { status: 'repeat' }\n", ''),
      sqlite('adjust', 'INSERT INTO adjustment', 'INSERT OR REPLACE INTO adjustment'),
    ],
  },
  {
    name: 'takes a reservation of one org for another’s',
    edits: [sqlite('reservations', 'if (known?.org === org) return known', 'if (known) return known')],
  },
  {
    name: 'books nothing for work that was done after a release',
    edits: [
      sqlite(
        'close',
        "  if (before !== 'settled') {",
        "  if (before === 'released') return { status: 'late', overdraft: false }\n  if (before !== 'settled') {",
      ),
    ],
  },
  {
    name: 'settles expired reservations at nothing, consumed or not',
    edits: [sqlite('booking', 'Math.max(settled![metric], consumed[metric])', 'settled![metric]')],
  },
  {
    name: 'does not move the deadline when it is extended',
    edits: [sqlite('extend', '  reservation.dueMs = nowMs + ttlMs\n', '')],
  },
  {
    name: 'is not asked about a budget once another has denied',
    edits: [
      sqlite(
        'fit',
        '    if (want[metric] === 0) continue',
        '    if (want[metric] === 0 || denied.length > 0) continue',
      ),
    ],
  },
  {
    name: 'counts a raise a moment too long',
    edits: [{ file: 'src/ledger/limit.ts', find: 'nowMs < raise.untilMs', put: 'nowMs <= raise.untilMs' }],
  },
  {
    name: 'corrects a budget no more once another has come in its place',
    edits: [sqlite('provision', '  counters.bequeath(source, target)\n', '')],
  },
  {
    name: 'tells who settles what is left in a window that has ended',
    edits: [sqlite('fit', 'if (line.ended || ', 'if (')],
  },
  {
    name: 'tells who settles what was reached in a window that has ended',
    edits: [sqlite('crossings', '!ended && ', '')],
  },
  {
    name: 'tells every settle of a limit that was reached before',
    edits: [sqlite('crossings', ' && spent - charge < partOf(limit, percent)', '')],
  },
  {
    name: 'rounds a part of a limit down',
    edits: [{ file: 'src/ledger/limit.ts', find: 'Math.ceil(', put: 'Math.floor(' }],
  },
  {
    name: 'forgets what a repeat is to be told',
    edits: [
      sqlite('reservations', '      tell.run(reservation.told, reservation.id, reservation.org)\n', ''),
    ],
  },
]
