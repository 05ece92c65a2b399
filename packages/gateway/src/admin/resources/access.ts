import type { Kept } from '@tollgate/kit/directory'
import { z } from 'zod'
import { durationMs } from '../../config/duration.ts'
import { deskOf, done, getAsked, listAsked, partyOf } from '../../manage/access.ts'
import { keyId } from '../../manage/leaves.ts'
import type { PageQuery } from '../../manage/page.ts'
import { decoded, present } from '../../manage/shape.ts'
import {
  accessRequestAnswer,
  accessRequestJson,
  grantAnswer,
  grantJson,
  wantedFields,
} from '../../manage/shapes/wanted.ts'
import type { AdminAnswer, ObjectRoute } from '../route.ts'
import { pageOfSchema, pageQuery } from './page-schema.ts'
import { teamsOfAsked } from './teams-touched.ts'

const REQUESTS = '/admin/v1/access-requests'
const GRANTS = '/admin/v1/grants'

const lasts = z
  .string()
  .refine((text) => durationMs(text) !== undefined, { message: 'must be a duration such as 12h or 7d' })

const asking = z.strictObject({
  ...wantedFields,
  id: keyId.optional().describe('Made by whoever asks, so that asking again is not asking twice.'),
  account: z.string().describe('For whom: `key:…`, `user:…`, `project:…`, `team:…`.'),
  reason: z.string().min(1).max(1000),
  lasts: lasts.describe('How long it should last, from the approval on: `7d`.'),
})
const deciding = z.strictObject({ reason: z.string().min(1).max(1000).optional() })
const approving = deciding.extend({
  lasts: lasts.optional().describe('Another duration than was asked for.'),
})

const reading = { role: 'viewer', ownership: 'org' } as const
const asked = { tag: 'access-requests', answer: accessRequestAnswer, revised: true } as const
const granted = { tag: 'grants', answer: grantAnswer, revised: true } as const

/** Decided by whoever leads the team of the account; the desk itself holds everybody to the approval that it takes. */
const decides = { method: 'POST', role: 'team-lead', ownership: 'team' } as const
const ofRequest = { ...asked, ...decides, touched: teamsOfAsked('access_request') } as const

const toldRequest = ({ id, revision, value }: Kept<'access_request'>): AdminAnswer => ({
  body: accessRequestJson(id, revision, value),
  revision,
})
const toldGrant = ({ id, revision, value }: Kept<'grant'>): AdminAnswer => ({
  body: grantJson(id, revision, value),
  revision,
})

/** Access that is asked for, and what has been given. */
export const accessRoutes: readonly ObjectRoute[] = [
  {
    ...asked,
    ...reading,
    method: 'GET',
    path: REQUESTS,
    summary: 'List what was asked for.',
    query: pageQuery,
    answer: pageOfSchema(accessRequestAnswer),
    revised: false,
    async handle(manage, { query }) {
      const { data, next_cursor } = await listAsked(manage, 'access_request', query as PageQuery)
      return { body: { data: data.map((kept) => toldRequest(kept).body), next_cursor } }
    },
  },
  {
    ...asked,
    ...reading,
    method: 'POST',
    path: REQUESTS,
    summary: 'Ask for access.',
    body: asking,
    async handle(manage, { operator, body }) {
      const { lasts, raise, ...ask } = decoded(asking, body)
      const wanted = present({
        ...ask,
        raise: raise && present({ nanoUsd: raise.usd, budget: raise.budget }),
      })
      const whole = { ...wanted, org: manage.org, by: partyOf(operator), lastsMs: durationMs(lasts)! }
      const { request } = done(
        await deskOf(manage).ask(whole as never),
        'access request',
        ask.id ?? 'of yours',
      )
      return { status: 201, ...toldRequest(request) }
    },
  },
  {
    ...asked,
    ...reading,
    method: 'GET',
    path: `${REQUESTS}/{id}`,
    summary: 'Read what was asked for.',
    handle: async (manage, { params }) => toldRequest(await getAsked(manage, 'access_request', params.id!)),
  },
  {
    ...ofRequest,
    path: `${REQUESTS}/{id}/approve`,
    summary: 'Give what was asked for.',
    body: approving,
    async handle(manage, { operator, params, ifRevision, body }) {
      const { lasts, ...why } = decoded(approving, body)
      const lastsMs = lasts === undefined ? undefined : durationMs(lasts)
      const decide = {
        org: manage.org,
        id: params.id!,
        by: partyOf(operator),
        ...present({ ...why, lastsMs, ifRevision }),
      }
      return toldRequest(done(await deskOf(manage).approve(decide), 'access request', params.id!).request)
    },
  },
  {
    ...ofRequest,
    path: `${REQUESTS}/{id}/deny`,
    summary: 'Do not give it.',
    body: deciding,
    async handle(manage, { operator, params, ifRevision, body }) {
      const decide = {
        org: manage.org,
        id: params.id!,
        by: partyOf(operator),
        ...present({ ...decoded(deciding, body), ifRevision }),
      }
      return toldRequest(done(await deskOf(manage).deny(decide), 'access request', params.id!).request)
    },
  },
  {
    ...granted,
    ...reading,
    method: 'GET',
    path: GRANTS,
    summary: 'List the grants, ended ones among them.',
    query: pageQuery,
    answer: pageOfSchema(grantAnswer),
    revised: false,
    async handle(manage, { query }) {
      const { data, next_cursor } = await listAsked(manage, 'grant', query as PageQuery)
      return { body: { data: data.map((kept) => toldGrant(kept).body), next_cursor } }
    },
  },
  {
    ...granted,
    ...reading,
    method: 'GET',
    path: `${GRANTS}/{id}`,
    summary: 'Read a grant.',
    handle: async (manage, { params }) => toldGrant(await getAsked(manage, 'grant', params.id!)),
  },
  {
    ...granted,
    ...decides,
    path: `${GRANTS}/{id}/revoke`,
    body: deciding,
    touched: teamsOfAsked('grant'),
    summary: 'End a grant before its time. What was spent under it stays spent.',
    async handle(manage, { operator, params, ifRevision, body }) {
      const revoke = {
        org: manage.org,
        id: params.id!,
        by: partyOf(operator),
        ...present({ ...decoded(deciding, body), ifRevision }),
      }
      return toldGrant(done(await deskOf(manage).revoke(revoke), 'grant', params.id!).grant)
    },
  },
]
