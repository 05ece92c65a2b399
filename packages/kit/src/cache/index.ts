export type {
  CacheStatus,
  CacheStore,
  Invalidation,
  Lease,
  Leases,
  Lookup,
} from './cache-store.ts'
export type { CacheEntry, CachePlace, CacheScope } from './entry.ts'
export { type ExactKey, type KeyFacts, type KeyMaker, keyMaker } from './exact-key.ts'
export { type MemoryCacheOptions, memoryCache } from './memory/index.ts'
export type { CacheQuota } from './quota.ts'
export { SHARES, type Share } from './scope.ts'
export type { SemanticCall, SemanticFinding, SemanticLookup } from './semantic-lookup.ts'
