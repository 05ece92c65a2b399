import { z } from 'zod'
import { listChanges } from '../../manage/changes.ts'
import type { PageQuery } from '../../manage/page.ts'
import type { ObjectRoute } from '../route.ts'
import { changeJson } from './change-json.ts'
import { pageOfSchema, pageQuery } from './page-schema.ts'

const change = z
  .strictObject({
    sequence: z.int().describe('Counts up within the org, without a gap.'),
    kind: z
      .string()
      .describe(
        'What it is about: a kind of object, or `budgets`, those of its own that an account was given.',
      ),
    id: z.string().describe('Of the object; of `budgets` the account: `key:ci`.'),
    at: z.iso.datetime(),
    by: z.string().describe('Who: `admin`, `token:ci`, `user:ada`, `config`, `command:root`.'),
    reason: z.string().nullable(),
    before: z.unknown().describe('As this API writes it; null when there was none.'),
    after: z.unknown().describe('The same; null when it was removed.'),
  })
  .meta({ id: 'Change' })

/** Who changed what: kept for ever, with what was before and after. */
export const changeRoutes: readonly ObjectRoute[] = [
  {
    method: 'GET',
    path: '/admin/v1/changes',
    tag: 'changes',
    role: 'viewer',
    ownership: 'org',
    summary: 'List what was changed, by whom, the newest first.',
    query: pageQuery,
    answer: pageOfSchema(change),
    async handle(manage, { query }) {
      const { data, next_cursor } = await listChanges(manage, query as PageQuery)
      return { body: { data: data.map(changeJson), next_cursor } }
    },
  },
]
