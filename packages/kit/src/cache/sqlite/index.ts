export { type SqliteCacheOptions, sqliteCache } from './sqlite-cache.ts'
export { type SqliteLessonsOptions, sqliteLessons } from './sqlite-lessons.ts'
