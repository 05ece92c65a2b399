import { DatabaseSync } from 'node:sqlite'
import type { KeptTexts } from './texts.ts'

const TABLE = `
  CREATE TABLE IF NOT EXISTS kept_text (
    org  TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (org, kind, name)
  ) STRICT, WITHOUT ROWID
`

/** How long another process that writes to the books is waited for, ms. */
const BUSY_TIMEOUT_MS = 5000

/** Texts in a table of their own, in the file of the books. */
export function sqliteTexts(path: string, org: string): KeptTexts {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  // What is replaced must not stay readable in a page that is free: it may be a key that was sealed with a lost one.
  db.exec(`PRAGMA secure_delete = ON; PRAGMA synchronous = FULL; ${TABLE}`)
  const all = db.prepare('SELECT name, text FROM kept_text WHERE org = ? AND kind = ? ORDER BY name')
  const insert = db.prepare('INSERT OR IGNORE INTO kept_text (org, kind, name, text) VALUES (?, ?, ?, ?)')
  const update = db.prepare(
    'UPDATE kept_text SET text = ? WHERE org = ? AND kind = ? AND name = ? AND text = ?',
  )
  const remove = db.prepare('DELETE FROM kept_text WHERE org = ? AND kind = ? AND name = ?')

  return {
    list: async (kind) => new Map(all.all(org, kind).map(({ name, text }) => [String(name), String(text)])),
    async replace(kind, name, text, before) {
      const { changes } =
        before === undefined ? insert.run(org, kind, name, text) : update.run(text, org, kind, name, before)
      return changes === 1
    },
    remove: async (kind, name) => remove.run(org, kind, name).changes === 1,
    close: async () => db.close(),
  }
}
