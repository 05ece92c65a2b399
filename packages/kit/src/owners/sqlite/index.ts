export { type SqliteOwnersOptions, sqliteOwners } from './sqlite-owners.ts'
