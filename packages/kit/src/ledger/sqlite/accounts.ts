import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { AccountId, Budget, Metric, Window } from '../ledger.ts'
import { type WindowSpan, windowAt } from '../windows.ts'
import type { Counter, Counters } from './counters.ts'

/** A budget as the books keep it: its number stands for all that may never change under it. */
export interface Rule {
  readonly number: number
  readonly account: AccountId
  readonly budget: Budget
  /** The window last asked for, and its counter. */
  span?: WindowSpan
  counter?: Counter
}

/** The rules of an account. All of them count whatever is charged to it: one that comes back must not have gaps. */
export interface Rules {
  /** The implicit counter of all USD ever spent. */
  readonly total: Rule
  /** The budgets it has now, in their order. */
  readonly rules: readonly Rule[]
  /** The budgets it has had: they limit nothing but where the books' arithmetic ends. */
  readonly retired: readonly Rule[]
}

export interface Account extends Rules {
  readonly id: AccountId
  /** Nobody provisioned it: it has its kind's default budgets. */
  readonly auto: boolean
}

/** What every account counts without having been given a limit; `limit` is where the books' arithmetic ends. */
export const TOTAL: Budget = {
  id: 'total',
  metric: 'usd',
  window: 'total',
  timeZone: 'UTC',
  limit: 2 ** 53 - 2 ** 50,
  mode: 'soft',
}

export interface Accounts {
  find(id: AccountId): Account | undefined
  all(): AccountId[]
  /** How many accounts came by themselves under a parent. */
  autoCount(parent: string): number
  /** Whether there are traces of an account, itself aside. */
  hasTraces(id: AccountId): boolean
  /** Write who keeps the account; its budgets are written one by one. */
  save(id: AccountId, keeper: { readonly auto: boolean; readonly parent: string }): void
  /** The rules that there are under an account's name, in the file; undefined when there has never been such an account. */
  rulesOf(id: AccountId): Rules | undefined
  insertRule(account: AccountId, budget: Budget, place: number): Rule
  /** Give a rule another limit, mode and place among its account's. */
  placeRule(rule: Rule, budget: Budget, place: number): void
  /** Let a rule only count from now on. */
  retireRule(rule: Rule): void
  currentCounter(rule: Rule, nowMs: number): Counter
  forget(id?: AccountId): void
  size(): number
}

const FIND = 'SELECT auto FROM account WHERE id = ?'
const RULES = 'SELECT * FROM budget WHERE account = ? ORDER BY place, rule'
const SAVE = `
  INSERT INTO account (id, parent, auto) VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET parent = excluded.parent, auto = excluded.auto`
const INSERT_RULE = `
  INSERT INTO budget (account, id, metric, window, time_zone, anchor_day, limit_amount, mode, place)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
const PLACE_RULE = 'UPDATE budget SET limit_amount = ?, mode = ?, place = ? WHERE rule = ?'

/** Accounts and their rules, in memory as far as they were needed. */
export function accountBook(db: DatabaseSync, counters: Counters): Accounts {
  const find = db.prepare(FIND)
  const rules = db.prepare(RULES)
  const all = db.prepare('SELECT id FROM account ORDER BY id')
  const autoCount = db.prepare('SELECT count(*) AS n FROM account WHERE parent = ? AND auto = 1')
  const traces = db.prepare('SELECT 1 FROM budget WHERE account = ? LIMIT 1')
  const save = db.prepare(SAVE)
  const insertRule = db.prepare(INSERT_RULE)
  const placeRule = db.prepare(PLACE_RULE)
  const known = new Map<AccountId, Account>()
  /** By parent; counted once, since counting a hundred thousand for each newcomer would stop everybody. */
  const autoCounts = new Map<string, number>()

  function load(id: AccountId): Account | undefined {
    const row = find.get(id)
    const found = row && rulesOf(id)
    return found && { id, auto: row.auto === 1, ...found }
  }

  function rulesOf(id: AccountId): Rules | undefined {
    const rows = rules.all(id)
    const [total, ...placed] = rows.filter(({ place }) => place !== null).map(ruleOf)
    if (total?.budget.id !== TOTAL.id) return
    return { total, rules: placed, retired: rows.filter(({ place }) => place === null).map(ruleOf) }
  }

  return {
    find(id) {
      const account = known.get(id) ?? load(id)
      if (account) known.set(id, account)
      return account
    },
    all: () => all.all().map(({ id }) => id as AccountId),
    autoCount(parent) {
      const count = autoCounts.get(parent) ?? (autoCount.get(parent)!.n as number)
      autoCounts.set(parent, count)
      return count
    },
    hasTraces: (id) => traces.get(id) !== undefined,
    save(id, { auto, parent }) {
      save.run(id, parent, auto ? 1 : 0)
      const count = autoCounts.get(parent)
      if (auto && count !== undefined) autoCounts.set(parent, count + 1)
      if (!auto) autoCounts.clear()
    },
    rulesOf,
    insertRule(account, budget, place) {
      const { id, metric, window, timeZone, anchorDay = null, limit, mode } = budget
      const row = [account, id, metric, window, timeZone, anchorDay, limit, mode, place]
      return { number: Number(insertRule.run(...row).lastInsertRowid), account, budget }
    },
    placeRule: ({ number }, { limit, mode }, place) => void placeRule.run(limit, mode, place, number),
    retireRule: ({ number }) => void placeRule.run(TOTAL.limit, TOTAL.mode, null, number),
    currentCounter(rule, nowMs) {
      const { span, counter, budget } = rule
      if (span && counter && span.startMs <= nowMs && nowMs < span.endMs) return counter
      rule.span = windowAt(nowMs, budget.window, budget.timeZone, budget.anchorDay)
      rule.counter = counters.at(rule, rule.span)
      return rule.counter
    },
    forget(id) {
      if (id !== undefined) return void known.delete(id)
      known.clear()
      autoCounts.clear()
    },
    size: () => known.size,
  }
}

/** Every rule that counts what is charged to the account. */
export const countingRules = ({ total, rules, retired }: Rules): Rule[] => [total, ...rules, ...retired]

function ruleOf(row: Record<string, SQLOutputValue>): Rule {
  return {
    number: row.rule as number,
    account: row.account as AccountId,
    budget: {
      id: row.id as string,
      metric: row.metric as Metric,
      window: row.window as Window,
      timeZone: row.time_zone as string,
      ...(row.anchor_day !== null && { anchorDay: row.anchor_day as number }),
      limit: row.limit_amount as number,
      mode: row.mode as Budget['mode'],
    },
  }
}
