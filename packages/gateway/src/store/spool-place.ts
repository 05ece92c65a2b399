import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Config, RedisStore } from '../config/index.ts'

/** A folder for the books at this address alone: others would be told of reservations that they do not know. */
export function spoolPlace({ spool }: Pick<Config, 'spool'>, { shown, prefix }: RedisStore): string {
  const books = createHash('sha256').update(`${shown} ${prefix}`).digest('hex')
  return join(spool, books.slice(0, 8))
}

/**
 * What waits beside that folder for books at another address, a sentence each. They may be the same books: a replica
 * that was promoted by hand has another address than its master.
 */
export function straySpools(place: string): readonly string[] {
  const spool = dirname(place)
  if (!existsSync(spool)) return []
  return readdirSync(spool, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== basename(place))
    .map(({ name }) => join(spool, name))
    .filter((folder) => readdirSync(folder).length > 0)
    .map(
      (folder) =>
        `${folder} keeps how calls ended for books at another address. If they are these books, stop, move its files into ${place}, and start again`,
    )
}
