export { type MemoryCacheOptions, memoryCache } from './memory-cache.ts'
export { type MemoryLessonsOptions, memoryLessons } from './memory-lessons.ts'
