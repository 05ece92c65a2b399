import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { sqliteLedger } from '@tollgate/kit'
import { memoryCache } from '@tollgate/kit/cache'
import { semanticCache } from '@tollgate/kit/stages/semantic-cache'
import { temporaryFolder } from '../processes/temporary-folder.ts'
import { upstreamRoutes } from './upstream-routes.ts'
import { serveWholeGateway } from './whole-gateway.ts'

/** Every stage on, and the cache before the money: all but the first request are hits. */
const file = join(temporaryFolder(), 'tollgate.db')
const cache = semanticCache({
  store: memoryCache(),
  secret: randomBytes(32),
  policy: { mode: 'exact', sampling: 'any' },
  routes: upstreamRoutes,
})
await serveWholeGateway(sqliteLedger(file), file, cache)
