import type { DatabaseSync } from 'node:sqlite'

/** Do all of it or nothing, alone: the work may answer that it is not to be kept. */
export function transaction<Outcome extends string>(db: DatabaseSync, work: () => Outcome): Outcome {
  db.exec('BEGIN IMMEDIATE')
  try {
    const outcome = work()
    db.exec(outcome === 'done' ? 'COMMIT' : 'ROLLBACK')
    return outcome
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
