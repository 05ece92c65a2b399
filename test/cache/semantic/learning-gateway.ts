/**
 * A gateway with a semantic cache, in a process of its own, from the built kit. Its argument says where its stores are, as
 * `KeptAt`. It answers what it is asked itself, with the one word that `x-means` says; `GET /learnt` tells what it knows once
 * all is judged. SIGTERM closes its stores in order; it ends when whoever started it does.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { budgetReserve, compose, identify, modelRoutes, priceBook, usageReconcile } from '@tollgate/kit'
import { redisCache, redisLessons } from '@tollgate/kit/cache/redis'
import { semanticTier } from '@tollgate/kit/cache/semantic'
import { sqliteCache, sqliteLessons } from '@tollgate/kit/cache/sqlite'
import { guardedEmbedder, hashEmbedder, inProcessIndex } from '@tollgate/kit/cache/vectors'
import { redisFleetLog, redisVectors } from '@tollgate/kit/cache/vectors/redis'
import { sqliteVectors } from '@tollgate/kit/cache/vectors/sqlite'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { semanticCache } from '@tollgate/kit/stages/semantic-cache'
import express from 'express'
import type { KeptAt } from './learning-process.ts'

const at = JSON.parse(process.argv[2]!) as KeptAt
const patient = { deadlineMs: 20_000 }
const stores =
  'redis' in at
    ? {
        store: redisCache(at.redis, patient),
        vectors: redisVectors(at.redis, patient),
        log: redisFleetLog(at.redis, patient),
        lessons: redisLessons(at.redis, patient),
      }
    : {
        store: sqliteCache(`${at.sqlite}.cache`),
        vectors: sqliteVectors(`${at.sqlite}.vectors`),
        lessons: sqliteLessons(`${at.sqlite}.vectors`),
      }
const { store, vectors, lessons, ...fleet } = stores

/** Drawn from 0 up to 1: nothing is audited before the test says so. */
let drawn = 0.999
const tier = semanticTier({
  embedder: guardedEmbedder(hashEmbedder(), { deadlineMs: 20_000 }),
  index: inProcessIndex({ store: vectors, ...fleet }),
  lessons,
  random: () => drawn,
})
const ledger = sqliteLedger(':memory:', {
  budgets: [{ per: 'project', limit_usd: '1000', period: 'total' }],
})
const routes = modelRoutes({
  providers: [{ name: 'openai', dialect: 'openai', baseUrl: 'http://127.0.0.1:9' }],
})
const prices = priceBook({ overrides: { 'gpt-4o-mini': { input: '100', output: '400' } } })

const server = createServer(
  express()
    .get('/learnt', async (_req, res) => {
      await tier.idle()
      res.json(tier.status())
    })
    .delete('/entries/:id', async (req, res) => {
      await store.delete(req.params.id)
      res.end()
    })
    .post('/draw/:drawn', (req, res) => {
      drawn = Number(req.params.drawn)
      res.end()
    })
    .use(
      '/v1',
      compose(
        identify((req) => ({ org: 'acme', project: 'faq', user: String(req.headers['x-user']) })),
        semanticCache({
          store,
          routes,
          semantic: tier,
          secret: Buffer.alloc(32, 7),
          policy: { mode: 'semantic', sampling: 'any' },
        }),
        budgetReserve({ ledger, routes, prices }),
        usageReconcile({ ledger }),
      ),
    )
    .post('/v1/chat/completions', (req, res) => {
      const message = { role: 'assistant', content: String(req.headers['x-means']) }
      res.json({
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1_700_000_000,
        model: 'gpt-4o-mini',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage: { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 },
      })
    }),
).listen(0, '127.0.0.1')

process.on('disconnect', () => process.exit())
process.on('SIGTERM', async () => {
  server.close()
  server.closeAllConnections()
  await tier.close()
  await store.close()
  await ledger.close()
  process.exit(0)
})

await once(server, 'listening')
process.send!(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
