import type { DatabaseSync } from 'node:sqlite'

/**
 * Do all of it or nothing, while no other process writes.
 *
 * @param isKept whether the writes stand, by what the work has returned; by default they always do.
 * @throws Error when another process is writing for too long, and whatever the work throws: nothing is kept then.
 */
export function transaction<Outcome>(
  db: DatabaseSync,
  work: () => Outcome,
  isKept: (outcome: Outcome) => boolean = () => true,
): Outcome {
  db.exec('BEGIN IMMEDIATE')
  try {
    const outcome = work()
    db.exec(isKept(outcome) ? 'COMMIT' : 'ROLLBACK')
    return outcome
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
