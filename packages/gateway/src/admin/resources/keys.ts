import { z } from 'zod'
import { durationMs } from '../../config/duration.ts'
import * as operations from '../../manage/keys.ts'
import { keyId } from '../../manage/leaves.ts'
import type { PageQuery } from '../../manage/page.ts'
import { decoded } from '../../manage/shape.ts'
import { budgetList } from '../../manage/shapes/budget.ts'
import { keyShape } from '../../manage/shapes/key.ts'
import type { AdminAnswer, ObjectRoute } from '../route.ts'
import { issuedAnswer, keyAnswer, keyJson } from './key-json.ts'
import { pageOfSchema, pageQuery } from './page-schema.ts'
import { teamsOfKey } from './teams-touched.ts'

const LIST = '/admin/v1/keys'
const ONE = `${LIST}/{id}`

const grace = z
  .string()
  .refine((text) => (durationMs(text) ?? Number.POSITIVE_INFINITY) <= operations.MAX_GRACE_MS, {
    message: 'must be a duration such as 24h, at most 30d',
  })
  .describe('How long the old secret is still taken: 24h when absent, 0s for not at all.')

const creation = keyShape.wire.extend({
  id: keyId.optional().describe('What its account is called; made up when absent.'),
  budgets: budgetList.optional().describe('Budgets of its own.'),
})
const rotation = z.strictObject({ grace: grace.optional() })

const reading = { tag: 'keys', role: 'viewer', ownership: 'org' } as const
const deciding = {
  tag: 'keys',
  role: 'team-lead',
  ownership: 'team',
  touched: teamsOfKey,
  revised: true,
} as const

const told = (key: Parameters<typeof keyJson>[0]): AdminAnswer => ({
  body: keyJson(key),
  revision: key.revision ?? 1,
})

const withSecret = ({ key, secret }: operations.IssuedKey): AdminAnswer => ({
  ...told(key),
  once: { secret },
})

/** Virtual keys. They are revoked rather than removed: their accounts keep what they have spent. */
export const keyRoutes: readonly ObjectRoute[] = [
  {
    ...reading,
    method: 'GET',
    path: LIST,
    summary: 'List the keys, revoked and expired ones among them.',
    query: pageQuery,
    answer: pageOfSchema(keyAnswer),
    async handle(manage, { query }) {
      const { data, next_cursor } = await operations.listKeys(manage, query as PageQuery)
      return { body: { data: data.map(keyJson), next_cursor } }
    },
  },
  {
    ...deciding,
    method: 'POST',
    path: LIST,
    summary: 'Make a key, and be told its secret once.',
    body: creation,
    answer: issuedAnswer,
    async handle(manage, { operator, body: { id, budgets = [], ...fields } }) {
      const own = decoded(budgetList, budgets)
      const wanted = { id: id as string | undefined, fields, budgets: own }
      return { status: 201, ...withSecret(await operations.createKey(manage, operator, wanted)) }
    },
  },
  {
    ...reading,
    method: 'GET',
    path: ONE,
    summary: 'Read a key.',
    answer: keyAnswer,
    revised: true,
    handle: async (manage, { params }) => told(await operations.getKey(manage, params.id!)),
  },
  {
    ...deciding,
    method: 'PATCH',
    path: ONE,
    summary: 'Change a key: what is named, and null takes away.',
    body: keyShape.patch,
    answer: keyAnswer,
    async handle(manage, { operator, params, ifRevision, body }) {
      return told(await operations.changeKey(manage, operator, { id: params.id!, ifRevision }, body))
    },
  },
  {
    ...deciding,
    method: 'POST',
    path: `${ONE}/rotate`,
    summary: 'Give a key another secret, which is told once.',
    body: rotation,
    answer: issuedAnswer,
    async handle(manage, { operator, params, ifRevision, body }) {
      const { grace } = decoded(rotation, body)
      const target = { id: params.id!, ifRevision }
      const graceMs = grace === undefined ? undefined : durationMs(grace)
      return withSecret(await operations.rotateKey(manage, operator, target, { graceMs }))
    },
  },
  {
    ...deciding,
    method: 'POST',
    path: `${ONE}/revoke`,
    body: z.strictObject({}),
    answer: keyAnswer,
    summary: 'Refuse a key from now on, for good; every gateway does so within a second.',
    async handle(manage, { operator, params, ifRevision }) {
      return told(await operations.revokeKey(manage, operator, { id: params.id!, ifRevision }))
    },
  },
]
