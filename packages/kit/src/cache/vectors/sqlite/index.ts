export { type SqliteVectors, type SqliteVectorsOptions, sqliteVectors } from './sqlite-vectors.ts'
