import type { DatabaseSync } from 'node:sqlite'
import type { Adjust, AdjustResult } from '../ledger.ts'
import { TOTAL } from '../total.ts'
import type { Books } from './books.ts'
import type { Provisioning } from './provision.ts'

/** Corrections, kept for ever under their ids: the books can always say why they differ from what was charged. */
export function adjuster(
  db: DatabaseSync,
  books: Books,
  provisioned: Provisioning,
): (command: Adjust) => AdjustResult {
  const exists = db.prepare('SELECT 1 FROM adjustment WHERE org = ? AND id = ?')
  const insert = db.prepare(
    'INSERT INTO adjustment (org, id, rule, window, delta, reason, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  return ({ org, id, account: accountId, budget, delta, reason, atMs = Infinity }) => {
    if (exists.get(org, id)) return { status: 'repeat' }
    const account = provisioned.find(org, accountId)
    if (!account) return { status: 'no_account' }
    const rule =
      budget === TOTAL.id ? account.total : account.rules.find((known) => known.budget.id === budget)
    if (!rule) return { status: 'no_budget' }
    const counter = books.accounts.currentCounter(rule, Math.min(atMs, books.windowNowMs))
    insert.run(org, id, counter.rule, counter.window, delta, reason, books.nowMs)
    counter.spent += delta
    books.counters.change(counter)
    return { status: 'ok' }
  }
}
