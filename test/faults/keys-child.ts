/**
 * A gateway in a process of its own, from the built kit, that lets callers in by virtual keys of a directory in Redis. Its
 * handler does not say what it bought, so that each request is charged the cent that was reserved. Its argument is its
 * options as JSON; it says over its channel where it listens.
 */
import type { AddressInfo } from 'node:net'
import {
  authVirtualKey,
  budgetReserve,
  compose,
  entitlement,
  principal,
  tierCheck,
  usageReconcile,
} from '@tollgate/kit'
import { callerTier, recordCache } from '@tollgate/kit/access'
import { redisDirectory } from '@tollgate/kit/directory/redis'
import { redisLedger } from '@tollgate/kit/ledger/redis'
import express from 'express'

const { redis, masterKey, maxAgeMs } = JSON.parse(process.argv[2]!) as {
  readonly redis: string
  readonly masterKey: string
  readonly maxAgeMs: number
}
const directory = redisDirectory(redis, { deadlineMs: 10_000 })
const ledger = redisLedger(redis, { deadlineMs: 10_000 })
const cache = recordCache({ directory, maxAgeMs })
const tiers = { wide: { models: ['*'] }, narrow: { models: ['*'] } }

const server = express()
  .use(
    compose(
      authVirtualKey({ directory, masterKey, maxAgeMs }),
      tierCheck({ tiers, tierOf: callerTier({ cache, fallback: 'wide' }) }),
      budgetReserve({ ledger, upToUsd: '0.01' }),
      usageReconcile({ ledger }),
    ),
    (req, res) => {
      res.json({ team: principal.get(req).team, tier: entitlement.get(req).tier })
    },
  )
  .listen(0, '127.0.0.1', () => process.send!(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))

process.once('disconnect', () => process.exit())
