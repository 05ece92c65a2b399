import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'

/** Rows deleted with one batch of new ones: more than come, and too few to be noticed. */
const BITE = 500
/** The charge of an expired reservation may be corrected for a week; its row must still be there. */
export const LEAST_KEPT_MS: number = 8 * 86_400_000

const OLD = `SELECT id FROM audit WHERE at_ms < ? ORDER BY at_ms LIMIT ${BITE}`
const CARRY = `INSERT INTO audit_pruned (org, requests, charged_nano_usd)
  SELECT coalesce(org, ''), count(*), sum(charged_nano_usd) FROM audit WHERE id IN (${OLD}) GROUP BY 1
  ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,
    charged_nano_usd = charged_nano_usd + excluded.charged_nano_usd`
const DELETE = `DELETE FROM audit WHERE id IN (${OLD})`

/** Deletes what is older than it is kept, a bite at a time, inside the caller's transaction; what it was charged is carried over. */
export function pruner(db: DatabaseSync, keepMs: number | undefined, clock: Clock): () => void {
  if (keepMs === undefined) return () => {}
  if (!(keepMs >= LEAST_KEPT_MS)) {
    throw new RangeError(`keepMs is at least ${LEAST_KEPT_MS} (eight days): younger records may still change`)
  }
  const carry = db.prepare(CARRY)
  const remove = db.prepare(DELETE)
  return () => {
    const beforeMs = clock.now() - keepMs
    if (carry.run(beforeMs).changes > 0) remove.run(beforeMs)
  }
}
