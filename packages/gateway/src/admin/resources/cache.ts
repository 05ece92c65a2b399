import type { CacheStore } from '@tollgate/kit/cache'
import { z } from 'zod'
import { invalidationsOf } from '../../manage/forgotten-answers.ts'
import type { Manage } from '../../manage/manage.ts'
import { notFound } from '../../manage/refused.ts'
import { decoded } from '../../manage/shape.ts'
import type { ObjectRoute } from '../route.ts'
import { semanticJson, semanticShape } from './cache-semantic.ts'

const status = z.strictObject({
  on: z.boolean().describe('Whether anything at all is answered from the cache.'),
  entries: z.int().nullable().describe('How many answers are kept; null where counting them is not cheap.'),
  bytes: z.int().nullable(),
  evicted: z.int().nullable().describe('How many went to make room, since this gateway was started.'),
  semantic: semanticShape
    .nullable()
    .describe(
      'Answers to other words that ask the same: what was learnt, and what its audits certify; null where off.',
    ),
})

const wanted = z.strictObject({
  everything: z.literal(true).optional().describe('Every answer.'),
  model: z.string().min(1).max(200).optional().describe('The answers of a model: `gpt-4o-mini`.'),
  account: z.string().optional().describe('Those that are shared below an account: `user:ada`.'),
  tag: z.string().min(1).max(64).optional().describe('Those that were made from something: `docs-v2`.'),
})

const deciding = { tag: 'cache', role: 'director', ownership: 'org', answer: undefined } as const

/** Answers that are kept. What is forgotten here is served by no gateway of the fleet any more. */
export const cacheRoutes: readonly ObjectRoute[] = [
  {
    method: 'GET',
    path: '/admin/v1/cache',
    tag: 'cache',
    role: 'viewer',
    ownership: 'org',
    summary: 'Read how much the cache holds.',
    answer: status,
    async handle({ cache, semantic, org }) {
      const now = await cache?.status()
      const { entries = null, bytes = null, evicted = null } = now ?? {}
      return {
        body: { on: cache !== undefined, entries, bytes, evicted, semantic: semanticJson(semantic, org) },
      }
    },
  },
  {
    ...deciding,
    method: 'POST',
    path: '/admin/v1/cache/invalidations',
    body: wanted,
    summary: 'Forget all answers of a model, an account, a tag, or all there are: at once, however many.',
    async handle(manage, { body }) {
      const cache = cacheOf(manage)
      for (const what of invalidationsOf(manage.org, decoded(wanted, body))) await cache.invalidate(what)
      return {}
    },
  },
  {
    ...deciding,
    method: 'DELETE',
    path: '/admin/v1/cache/entries/{id}',
    summary: 'Forget one answer, by what `x-tollgate-cache-entry` said with it.',
    async handle(manage, { params }) {
      const { id = '' } = params
      await manage.semantic?.reject(id)
      if (!(await cacheOf(manage).delete(id))) throw notFound('cached answer', id)
      return {}
    },
  },
]

/** @throws TollgateError `not_found` where there is none: nothing could be forgotten there. */
function cacheOf({ cache }: Pick<Manage, 'cache'>): CacheStore {
  if (cache) return cache
  throw notFound('cache here, since nothing is answered from it: the config says', 'cache.mode: off')
}
