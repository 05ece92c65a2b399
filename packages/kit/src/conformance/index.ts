export {
  type CacheConformanceOptions,
  type CacheStoreOptions,
  type CacheUnderTest,
  cacheConformance,
} from './cache.ts'
export { type DirectoryConformanceOptions, type DirectoryStore, directoryConformance } from './directory.ts'
export {
  type LedgerConformanceOptions,
  type LedgerRequest,
  type LedgerUnderTest,
  ledgerConformance,
  type MakeLedger,
  type Runner,
  type Tried,
} from './ledger.ts'
export {
  type LessonConformanceOptions,
  type LessonStoreOptions,
  type LessonsUnderTest,
  lessonConformance,
} from './lessons.ts'
export { type LimitsConformanceOptions, type LimitsStore, limitsConformance } from './limits.ts'
export { type OwnersConformanceOptions, type OwnersUnderTest, ownersConformance } from './owners.ts'
export {
  type VectorIndexConformanceOptions,
  type VectorStoreConformanceOptions,
  type VectorsUnderTest,
  vectorIndexConformance,
  vectorStoreConformance,
} from './vectors.ts'
