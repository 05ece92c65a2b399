import { showUsd } from '@tollgate/kit/core'
import type { Standing } from '@tollgate/kit/ledger'
import { accountJson } from '../endpoints/account-json.ts'
import { getBudgets, listBudgets, type ManagedAccount, setBudgets } from '../manage/budgets.ts'
import type { Manage } from '../manage/manage.ts'
import { table } from '../say/table.ts'
import { BUDGET_USAGE, budgetEntry } from './budget-option.ts'
import { type Args, type Command, textsOf, UsageError, type World } from './command.ts'
import { operatorHere } from './manage-as.ts'
import { withManage } from './record-commands.ts'
import { CONFIG_OPTION, CONFIG_USAGE } from './with-store.ts'

const ACCOUNT_USAGE = 'ACCOUNT          team:marketing, user:ada, key:ci …'
const JSON_OPTION = { json: { type: 'boolean' } } as const

/** `tollgate budgets list`: every account there is, and what is left. */
const budgetsList: Command = {
  name: 'budgets list',
  summary: 'List the accounts, with their budgets and what is left of them.',
  usage: ['--json           print them as JSON, one a line', CONFIG_USAGE],
  options: { ...CONFIG_OPTION, ...JSON_OPTION },
  run: (args, world) =>
    withManage(args, world, async (manage) => say(args, world, await everyAccount(manage))),
}

const budgetsGet: Command = {
  name: 'budgets get',
  summary: 'Tell the budgets of an account (team:marketing, key:ci), and what is left of them.',
  usage: [ACCOUNT_USAGE, '--json           print it as JSON', CONFIG_USAGE],
  options: { ...CONFIG_OPTION, ...JSON_OPTION },
  operands: 1,
  run: (args, world) =>
    withManage(args, world, async (manage) =>
      say(args, world, [await getBudgets(manage, args.operands[0]!)]),
    ),
}

const budgetsSet: Command = {
  name: 'budgets set',
  summary: 'Give an account budgets of its own, in place of those that its kind has; counters stay.',
  usage: [
    ACCOUNT_USAGE,
    BUDGET_USAGE,
    '--soft           only report what is beyond them',
    '--json           print it as JSON',
    CONFIG_USAGE,
  ],
  options: {
    ...CONFIG_OPTION,
    ...JSON_OPTION,
    budget: { type: 'string', multiple: true },
    soft: { type: 'boolean' },
  },
  operands: 1,
  run(args, world) {
    const entries = textsOf(args, 'budget').map((text) =>
      budgetEntry(text, args.values.soft ? 'soft' : 'hard'),
    )
    if (entries.length === 0)
      throw new UsageError('budgets set needs --budget; budgets remove takes them away')
    return withManage(args, world, async (manage) =>
      say(args, world, [await setBudgets(manage, operatorHere(), { account: args.operands[0]! }, entries)]),
    )
  },
}

const budgetsRemove: Command = {
  name: 'budgets remove',
  summary: 'Take its own budgets from an account: it has those of its kind again.',
  usage: [ACCOUNT_USAGE, CONFIG_USAGE],
  options: CONFIG_OPTION,
  operands: 1,
  run: (args, world) =>
    withManage(args, world, async (manage) =>
      say(args, world, [await setBudgets(manage, operatorHere(), { account: args.operands[0]! }, [])]),
    ),
}

/** Limits of accounts, from the books themselves. */
export const BUDGET_COMMANDS: readonly Command[] = [budgetsList, budgetsGet, budgetsSet, budgetsRemove]

async function everyAccount(manage: Manage): Promise<readonly ManagedAccount[]> {
  const all: ManagedAccount[] = []
  for (let cursor: string | undefined; ; ) {
    const { data, next_cursor } = await listBudgets(manage, { cursor })
    all.push(...data)
    if (next_cursor === null) return all
    cursor = next_cursor
  }
}

const COLUMNS = [
  ...['ACCOUNT', 'BUDGET', 'OWNER'].map((title) => ({ title })),
  ...['LIMIT', 'SPENT', 'LEFT'].map((title) => ({ title, right: true })),
  { title: 'RESETS' },
]

function say(args: Args, { out }: World, accounts: readonly ManagedAccount[]): void {
  if (args.values.json) {
    for (const { state, owner } of accounts) out(JSON.stringify({ ...accountJson(state), owner }))
    return
  }
  for (const text of table(COLUMNS, accounts.flatMap(rows))) out(text)
}

function rows({ state, owner }: ManagedAccount): string[][] {
  const { account, budgets, spent } = state
  if (budgets.length === 0) return [[account, 'none', owner, '-', showUsd(spent), '-', '-']]
  return budgets.map((standing) => {
    const { budget, limit, spent, remaining, resetAtMs } = standing
    const figures = [limit, spent, remaining].map((value) => amount(standing, value))
    return [
      account,
      budget,
      owner,
      ...figures,
      resetAtMs === null ? 'never' : new Date(resetAtMs).toISOString(),
    ]
  })
}

function amount({ metric }: Standing, value: number): string {
  return metric === 'usd' ? showUsd(value) : String(value)
}
