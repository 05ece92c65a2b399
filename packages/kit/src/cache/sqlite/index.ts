export { type SqliteCacheOptions, sqliteCache } from './sqlite-cache.ts'
