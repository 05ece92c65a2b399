/**
 * Tollgate: LLM spend control as Express middleware. Everything that the README uses is here; each room has a subpath of
 * its own besides (`@tollgate/kit/stages/budget-reserve`).
 */

export { sqliteAudit } from './audit/sqlite/index.ts'
export { governedFetch } from './client/index.ts'
export {
  assertOrder,
  type Clock,
  compose,
  defineStage,
  slot,
  TollgateError,
  tollgateErrors,
} from './core/index.ts'
export { staticDirectory } from './directory/index.ts'
export { sqliteDirectory } from './directory/sqlite/index.ts'
export { sqliteLedger } from './ledger/sqlite/index.ts'
export { memoryLimits } from './limits/index.ts'
export { priceBook, unitMeter } from './meter/index.ts'
export { sqliteOwners } from './owners/sqlite/index.ts'
export { governedUpgrade } from './realtime/index.ts'
export { auditLog } from './stages/audit-log/index.ts'
export { authVirtualKey, keyAuthenticator } from './stages/auth-virtual-key/index.ts'
export { budgetReserve, reservation } from './stages/budget-reserve/index.ts'
export { identify, principal } from './stages/identify/index.ts'
export { ownerCheck } from './stages/owner-check/index.ts'
export { attempts, providerFailover } from './stages/provider-failover/index.ts'
export { providerProxy } from './stages/provider-proxy/index.ts'
export { rateLimit } from './stages/rate-limit/index.ts'
export { entitlement, tierCheck } from './stages/tier-check/index.ts'
export { charge, usage, usageReconcile } from './stages/usage-reconcile/index.ts'
export { modelRoutes, providerPassages } from './wire/index.ts'
