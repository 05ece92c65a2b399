/**
 * One gateway of a fleet, in a process of its own, from the built kit. Its argument is its `GatewayOptions` as JSON. It
 * says over its channel where it listens, and answers there what its audit trail has counted. It ends when whoever
 * started it does; SIGTERM drains it.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import {
  auditLog,
  budgetReserve,
  compose,
  defineStage,
  identify,
  modelRoutes,
  priceBook,
  providerFailover,
  tollgateErrors,
  usageReconcile,
} from '@tollgate/kit'
import { spooled } from '@tollgate/kit/ledger'
import { redisLedger } from '@tollgate/kit/ledger/redis'
import express from 'express'
import type { Asked, GatewayOptions, Health, Tally, Told } from './fleet-process.ts'

const { redis, provider, prices, users, ttlMs, deadlineMs, graceMs, ownClock, stalledSink } = JSON.parse(
  process.argv[2]!,
) as GatewayOptions

const clock = { aheadMs: 0, now: () => Date.now() + clock.aheadMs }
const books = redisLedger(redis, {
  deadlineMs,
  ...(ownClock && { clock }),
  ...(users && { budgets: [{ per: 'user', ...users }] }),
})
const ledger = spooled(books)
const routes = modelRoutes({
  providers: [{ name: 'openai', dialect: 'openai', baseUrl: provider, apiKey: 'sk-of-the-operator' }],
})

/** The last word on each request and each expired reservation, as a table of records would have it. */
const records = new Map<string, { readonly charged: number; readonly expired: boolean }>()
const audit = auditLog({
  ledger,
  ...(stalledSink && { maxQueued: 1000 }),
  sinks: [
    {
      name: 'count',
      write(batch) {
        if (stalledSink) return new Promise(() => {})
        for (const { id, chargedNanoUsd, ending } of batch)
          records.set(id, { charged: chargedNanoUsd ?? 0, expired: ending === 'expired' })
      },
    },
  ],
})

const overrides = Object.fromEntries(
  Object.entries(prices).map(([model, { input, output = '0' }]) => [model, { input, output }]),
)

let running = 0
/** Mounted first, and therefore the last to settle: what it no longer counts has been charged. */
const traffic = defineStage({
  name: 'traffic',
  handle() {
    running += 1
  },
  settle() {
    running -= 1
  },
})

const server = createServer(
  express()
    .use(
      '/v1',
      compose(
        traffic,
        audit,
        identify((req) => JSON.parse(String(req.headers['x-caller']))),
        budgetReserve({ ledger, routes, prices: priceBook({ overrides }), reservationTtlMs: ttlMs }),
        usageReconcile({ ledger }),
        providerFailover({ routes }),
      ),
    )
    .use(tollgateErrors()),
).listen(0, '127.0.0.1')

function tally(): Tally {
  const all = [...records.values()]
  return {
    records: all.length,
    expired: all.filter(({ expired }) => expired).length,
    chargedNanoUsd: all.reduce((sum, { charged }) => sum + charged, 0),
  }
}

const tell = (told: Told) => process.send!(told)

const loop = monitorEventLoopDelay({ resolution: 10 })
if (stalledSink) loop.enable()

function health(): Health {
  const loopP99Ms = loop.percentile(99) / 1e6
  globalThis.gc!()
  const { heapUsed, rss } = process.memoryUsage()
  loop.reset()
  const { queued, dropped } = audit.standings()[0]!
  return { heapBytes: heapUsed, rssBytes: rss, loopP99Ms, queued, dropped }
}

process.on('message', async (asked: Asked) => {
  if (asked.what === 'health') return tell({ what: 'health', health: health() })
  if (asked.what === 'advance') clock.aheadMs += asked.ms
  else await audit.flush()
  tell({ what: 'tally', tally: tally() })
})
process.once('disconnect', () => process.exit())

process.once('SIGTERM', async () => {
  const closed = once(server.close(), 'close')
  const late = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(late)
  while (running > 0) await delay(1)
  await audit.close()
  await ledger.close()
  process.exit()
})

await once(server, 'listening')
tell({ what: 'listening', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` })
