import type { DatabaseSync } from 'node:sqlite'

/**
 * Do all of it or nothing, while no other process writes.
 *
 * @param isKept whether what the work has answered lets its writes stand: always, where it is not given.
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
