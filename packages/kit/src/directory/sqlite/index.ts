export { type SqliteDirectoryOptions, sqliteDirectory } from './sqlite-directory.ts'
