/**
 * Tollgate: LLM spend control as Express middleware.
 *
 * What an assembly usually needs is here. Each room has a subpath of its own besides, with its options, its types and its
 * other stores: `@tollgate/kit/stages/budget-reserve`, `@tollgate/kit/ledger/redis`. Nothing here loads a Redis client.
 *
 * @example
 * const ledger = sqliteLedger('./tollgate.db', { budgets: [{ per: 'user', limit_usd: '5.00', period: 'daily' }] })
 *
 * app.use('/chat', identify((req) => ({ user: req.user.id })), budgetReserve({ ledger }), usageReconcile({ ledger }))
 */

// An assembly: stages in an order that is checked, and stages of your own.

export {
  assertOrder,
  type Clock,
  compose,
  defineStage,
  slot,
  TollgateError,
  tollgateErrors,
} from './core/index.ts'

// The stages; beside each, the slots that it gives.

export { auditLog } from './stages/audit-log/index.ts'
export { authVirtualKey, keyAuthenticator } from './stages/auth-virtual-key/index.ts'
export { budgetReserve, reservation } from './stages/budget-reserve/index.ts'
export { identify, principal } from './stages/identify/index.ts'
export { ownerCheck } from './stages/owner-check/index.ts'
export { attempts, providerFailover } from './stages/provider-failover/index.ts'
export { providerProxy } from './stages/provider-proxy/index.ts'
export { rateLimit } from './stages/rate-limit/index.ts'
export { cacheOutcome, semanticCache } from './stages/semantic-cache/index.ts'
export { entitlement, tierCheck } from './stages/tier-check/index.ts'
export { charge, usage, usageReconcile } from './stages/usage-reconcile/index.ts'

// The same budgets where no stage can stand: around a client's `fetch`, and around a WebSocket.

export { governedFetch } from './client/index.ts'
export { governedUpgrade } from './realtime/index.ts'

// Where things are kept on one machine. A fleet's stores are at `@tollgate/kit/<room>/redis`.

export { sqliteAudit } from './audit/sqlite/index.ts'
export { memoryCache } from './cache/index.ts'
export { staticDirectory } from './directory/index.ts'
export { sqliteDirectory } from './directory/sqlite/index.ts'
export { sqliteLedger } from './ledger/sqlite/index.ts'
export { memoryLimits } from './limits/index.ts'
export { sqliteOwners } from './owners/sqlite/index.ts'

// What things cost, and where they are served.

export { priceBook, unitMeter } from './meter/index.ts'
export { modelRoutes, providerPassages } from './wire/index.ts'
