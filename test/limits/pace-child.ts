/**
 * One process of a service that is limited, from the built kit; its argument is its `PaceOptions` as JSON. It says over
 * its channel where it listens, and is told there to move its clock on. `/held` answers when its client has left.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { compose, identify, rateLimit, tollgateErrors } from '@tollgate/kit'
import { redisLimits } from '@tollgate/kit/limits/redis'
import express from 'express'
import type { PaceOptions } from './pace-process.ts'

const { redis, rates } = JSON.parse(process.argv[2]!) as PaceOptions
const clock = { aheadMs: 0, now: () => Date.now() + clock.aheadMs }
const limits = redisLimits(redis, { clock, deadlineMs: 20_000 })

const app = express()
  .use(
    compose(
      identify((req) => JSON.parse(String(req.headers['x-caller']))),
      rateLimit({ limits, rates }),
    ),
  )
  .get('/', (_req, res) => void res.end('passed'))
  .get('/held', (_req, res) => void res.writeHead(200).write('running'))
  .use(tollgateErrors())

const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')

process.on('message', ({ aheadMs }: { readonly aheadMs: number }) => {
  clock.aheadMs = aheadMs
  process.send!({ aheadMs })
})
process.once('disconnect', () => process.exit())
process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
