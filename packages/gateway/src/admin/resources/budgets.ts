import { z } from 'zod'
import { accountJson } from '../../endpoints/account-json.ts'
import { checkBudgets } from '../../manage/budget-rules.ts'
import { getBudgets, listBudgets, type ManagedAccount, setBudgets } from '../../manage/budgets.ts'
import type { PageQuery } from '../../manage/page.ts'
import { decoded } from '../../manage/shape.ts'
import { budgetList } from '../../manage/shapes/budget.ts'
import type { ObjectRoute } from '../route.ts'
import { pageOfSchema, pageQuery } from './page-schema.ts'
import { teamsOfAccount } from './teams-touched.ts'

const usd = z.string()
const standing = z.looseObject({
  budget: z.string().describe('Its name; `own/…` is one that was set here.'),
  metric: z.enum(['usd', 'tokens', 'requests']),
  window: z.enum(['hour', 'day', 'week', 'month', 'total']),
  resets_at: z.iso.datetime().nullable(),
})

/** Where an account stands. The figures of its budgets carry the metric in their names: `limit_usd`, `spent_tokens`. */
const answer = z
  .strictObject({
    account: z.string(),
    spent_usd: usd,
    reserved_usd: usd,
    unconfirmed_usd: usd,
    budgets: z.array(standing),
    owner: z.enum(['config', 'directory']).describe('`config`: the file states what it may spend.'),
  })
  .meta({ id: 'Account' })
const wanted = z.strictObject({ budgets: budgetList })

const LIST = '/admin/v1/budgets'
const ONE = `${LIST}/{account}`
const reading = { tag: 'budgets', role: 'viewer', ownership: 'org' } as const
const deciding = {
  tag: 'budgets',
  role: 'team-lead',
  ownership: 'team',
  touched: teamsOfAccount,
  answer,
} as const

/** Limits of accounts. Counters stay, whatever limit they are held to: nobody spends twice by setting a budget anew. */
export const budgetRoutes: readonly ObjectRoute[] = [
  {
    ...reading,
    method: 'GET',
    path: LIST,
    summary: 'List the accounts with their budgets.',
    query: pageQuery,
    answer: pageOfSchema(answer),
    async handle(manage, { query }) {
      const { data, next_cursor } = await listBudgets(manage, query as PageQuery)
      return { body: { data: data.map(managedJson), next_cursor } }
    },
  },
  {
    ...reading,
    method: 'GET',
    path: ONE,
    summary: 'Read the budgets of an account.',
    answer,
    handle: async (manage, { params }) => ({ body: managedJson(await getBudgets(manage, params.account!)) }),
  },
  {
    ...deciding,
    method: 'PUT',
    path: ONE,
    body: wanted,
    summary: 'Give an account budgets of its own, in place of those of its kind; policies stay.',
    async handle(manage, { operator, params, ifRevision, body }) {
      await checkBudgets(manage, operator, params.account!)
      const { budgets } = decoded(wanted, body)
      return {
        body: managedJson(
          await setBudgets(manage, operator, { account: params.account!, ifRevision }, budgets),
        ),
      }
    },
  },
  {
    ...deciding,
    method: 'DELETE',
    path: ONE,
    summary: 'Take its own budgets from an account: it has those of its kind again.',
    async handle(manage, { operator, params, ifRevision }) {
      await checkBudgets(manage, operator, params.account!)
      return {
        body: managedJson(await setBudgets(manage, operator, { account: params.account!, ifRevision }, [])),
      }
    },
  },
]

function managedJson({ state, owner }: ManagedAccount): object {
  return { ...accountJson(state), owner }
}
