import { z } from 'zod'
import type { ViewRoute } from '../route.ts'

const reading = { method: 'GET', role: 'viewer', ownership: 'org' } as const

const spendQuery = z.strictObject({
  account: z.string().optional().describe('Where this account stands: `team:marketing`.'),
  group_by: z.string().optional().describe('A table of who spent what: `team,model`.'),
  since: z.string().optional().describe('From then on: `7d`, `12h`, `2026-11-01`.'),
})
const chargebackQuery = z.strictObject({
  month: z.string().optional().describe('`2026-10`; the last one that has ended by default.'),
  by: z.string().optional().describe('`team,cost_center,project,key,model`, or some of them.'),
  format: z.string().optional().describe('`json`, or `csv` as finance reads it.'),
})
const providersQuery = z.strictObject({
  model: z.string().optional().describe('Where a request for it would go now, in order.'),
})

/** What tells how the gateway does: by stages of their own, which read their queries themselves. */
export const viewRoutes: readonly ViewRoute[] = [
  {
    ...reading,
    view: 'spend',
    path: '/admin/v1/spend',
    tag: 'spend',
    query: spendQuery,
    summary: 'Read where an account stands, or who spent what.',
    answer: z.looseObject({}),
  },
  {
    ...reading,
    view: 'chargeback',
    path: '/admin/v1/chargeback',
    tag: 'spend',
    query: chargebackQuery,
    summary: 'Read what a month cost, and whom: its sum is the books’.',
    answer: z.looseObject({}),
  },
  {
    ...reading,
    view: 'providers',
    path: '/admin/v1/providers',
    tag: 'providers',
    query: providersQuery,
    summary: 'Read how deployments do, or where a model would go.',
    answer: z.looseObject({}),
  },
  {
    ...reading,
    view: 'metrics',
    path: '/metrics',
    tag: 'metrics',
    summary: 'Read the metrics, as text for Prometheus.',
    answer: z.string(),
  },
]
