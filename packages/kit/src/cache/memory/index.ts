export { type MemoryCacheOptions, memoryCache } from './memory-cache.ts'
