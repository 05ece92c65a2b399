import { join } from 'node:path'
import { initRedisLedger, redisLedger } from '@tollgate/kit/ledger/redis'
import { temporaryFolder } from '../processes/temporary-folder.ts'
import { redisUrl } from './target.ts'
import { ORG, serveWholeGateway } from './whole-gateway.ts'

/** A busy machine may keep Redis from running for longer than a gateway waits, which would end the bench. */
const DEADLINE_MS = 10_000

/** The ledger of a fleet, in a Redis on the other core. */
await initRedisLedger(redisUrl, { orgs: [ORG] })
await serveWholeGateway(
  redisLedger(redisUrl, { deadlineMs: DEADLINE_MS }),
  join(temporaryFolder(), 'tollgate.db'),
)
