import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { AccountId, AccountPage, Budget, Metric, Window } from '../ledger.ts'
import { TOTAL } from '../total.ts'
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

/** What tells an account from all others in the file. */
export interface AccountName {
  readonly org: string
  readonly id: AccountId
}

export interface Account extends Rules, AccountName {
  /** Nobody provisioned it: it has its kind's default budgets. */
  readonly auto: boolean
}

export interface Accounts {
  find(org: string, id: AccountId): Account | undefined
  /** Those of one org, or a page of them; or of all orgs. */
  all(org?: string, page?: AccountPage): AccountName[]
  /** How many accounts came by themselves under a parent. */
  autoCount(org: string, parent: string): number
  /** Whether there are traces of an account, itself aside. */
  hasTraces(org: string, id: AccountId): boolean
  /** Write who keeps the account; its budgets are written one by one. */
  save(org: string, id: AccountId, keeper: Keeper): void
  /** The rules that there are under an account's name, in the file; undefined when there has never been such an account. */
  rulesOf(org: string, id: AccountId): Rules | undefined
  insertRule(org: string, account: AccountId, budget: Budget, place: number): Rule
  /** Give a rule another limit, mode, raise and place among its account's. */
  placeRule(rule: Rule, budget: Budget, place: number): void
  /** Let a rule only count from now on. */
  retireRule(rule: Rule): void
  currentCounter(rule: Rule, nowMs: number): Counter
  /** Read this one from the file when it is next needed. */
  forgetOne(org: string, id: AccountId): void
  forget(): void
  size(): number
}

/** Who keeps an account: whoever provisioned it, or nobody (`auto`: it came by itself, under this parent). */
export interface Keeper {
  readonly auto: boolean
  readonly parent: string
}

const FIND = 'SELECT auto FROM account WHERE org = ? AND id = ?'
const ALL = 'SELECT org, id FROM account ORDER BY org, id'
const ALL_OF = 'SELECT org, id FROM account WHERE org = ? ORDER BY id'
const PAGE_OF = 'SELECT org, id FROM account WHERE org = ? AND id > ? ORDER BY id LIMIT ?'
const AUTO_COUNT = 'SELECT count(*) AS n FROM account WHERE org = ? AND parent = ? AND auto = 1'
const RULES = 'SELECT * FROM budget WHERE org = ? AND account = ? ORDER BY place, rule'
const TRACES = 'SELECT 1 FROM budget WHERE org = ? AND account = ? LIMIT 1'
const SAVE = `
  INSERT INTO account (org, id, parent, auto) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET parent = excluded.parent, auto = excluded.auto`
const INSERT_RULE = `
  INSERT INTO budget (org, account, id, metric, window, time_zone, anchor_day, limit_amount, mode,
    raise_amount, raise_until_ms, place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const PLACE_RULE = `
  UPDATE budget SET limit_amount = ?, mode = ?, raise_amount = ?, raise_until_ms = ?, place = ? WHERE rule = ?`

/** What is remembered of one org. */
interface Memory {
  readonly known: Map<AccountId, Account>
  /** By parent; counted once, since counting a hundred thousand for each newcomer would stop everybody. */
  readonly autoCounts: Map<string, number>
}

/** Accounts and their rules, in memory as far as they were needed. */
export function accountBook(db: DatabaseSync, counters: Counters): Accounts {
  const find = db.prepare(FIND)
  const rules = db.prepare(RULES)
  const all = db.prepare(ALL)
  const allOf = db.prepare(ALL_OF)
  const pageOf = db.prepare(PAGE_OF)
  const autoCount = db.prepare(AUTO_COUNT)
  const traces = db.prepare(TRACES)
  const save = db.prepare(SAVE)
  const insertRule = db.prepare(INSERT_RULE)
  const placeRule = db.prepare(PLACE_RULE)
  const memories = new Map<string, Memory>()
  let size = 0

  function memoryOf(org: string): Memory {
    let memory = memories.get(org)
    if (!memory) {
      memory = { known: new Map(), autoCounts: new Map() }
      memories.set(org, memory)
    }
    return memory
  }

  function load(org: string, id: AccountId): Account | undefined {
    const row = find.get(org, id)
    const found = row && rulesOf(org, id)
    return found && { org, id, auto: row.auto === 1, ...found }
  }

  function rulesOf(org: string, id: AccountId): Rules | undefined {
    const rows = rules.all(org, id)
    const [total, ...placed] = rows.filter(({ place }) => place !== null).map(ruleOf)
    if (total?.budget.id !== TOTAL.id) return
    return { total, rules: placed, retired: rows.filter(({ place }) => place === null).map(ruleOf) }
  }

  return {
    find(org, id) {
      const remembered = memories.get(org)?.known.get(id)
      if (remembered) return remembered
      const account = load(org, id)
      if (account) {
        memoryOf(org).known.set(id, account)
        size += 1
      }
      return account
    },
    all(org, page) {
      if (org === undefined) return all.all().map(nameOf)
      const rows = page ? pageOf.all(org, page.after ?? '', page.limit) : allOf.all(org)
      return rows.map(nameOf)
    },
    autoCount(org, parent) {
      const { autoCounts } = memoryOf(org)
      const count = autoCounts.get(parent) ?? (autoCount.get(org, parent)!.n as number)
      autoCounts.set(parent, count)
      return count
    },
    hasTraces: (org, id) => traces.get(org, id) !== undefined,
    save(org, id, { auto, parent }) {
      save.run(org, id, parent, auto ? 1 : 0)
      const { autoCounts } = memoryOf(org)
      const count = autoCounts.get(parent)
      if (auto && count !== undefined) autoCounts.set(parent, count + 1)
      if (!auto) autoCounts.clear()
    },
    rulesOf,
    insertRule(org, account, budget, place) {
      const { id, metric, window, timeZone, anchorDay = null } = budget
      const row = [org, account, id, metric, window, timeZone, anchorDay, ...limits(budget), place]
      return { number: Number(insertRule.run(...row).lastInsertRowid), account, budget }
    },
    placeRule: ({ number }, budget, place) => void placeRule.run(...limits(budget), place, number),
    retireRule: ({ number }) => void placeRule.run(...limits(TOTAL), null, number),
    currentCounter(rule, nowMs) {
      const { span, counter, budget } = rule
      if (span && counter && span.startMs <= nowMs && nowMs < span.endMs) return counter
      rule.span = windowAt(nowMs, budget.window, budget.timeZone, budget.anchorDay)
      rule.counter = counters.at(rule, rule.span)
      return rule.counter
    },
    forgetOne(org, id) {
      if (memories.get(org)?.known.delete(id)) size -= 1
    },
    forget() {
      memories.clear()
      size = 0
    },
    size: () => size,
  }
}

/** Every rule that counts what is charged to the account. */
export const countingRules = ({ total, rules, retired }: Rules): Rule[] => [total, ...rules, ...retired]

/** What may change under a rule, as it is kept. */
const limits = ({ limit, mode, raise }: Budget) =>
  [limit, mode, raise?.amount ?? null, raise?.untilMs ?? null] as const

type Row = Record<string, SQLOutputValue>

const nameOf = ({ org, id }: Row): AccountName => ({ org: org as string, id: id as AccountId })

function ruleOf(row: Row): Rule {
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
      ...(row.raise_until_ms !== null && {
        raise: { amount: row.raise_amount as number, untilMs: row.raise_until_ms as number },
      }),
    },
  }
}
