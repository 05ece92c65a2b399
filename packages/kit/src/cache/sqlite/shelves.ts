import type { DatabaseSync } from 'node:sqlite'
import { transaction } from '../../core/transaction.ts'
import type { Quota } from '../quota.ts'
import { shareOf } from '../quota.ts'
import { rankOf } from '../value.ts'

/** An entry on its way to the file. */
export interface Row {
  readonly id: string
  readonly version: string
  readonly stamp: string
  readonly expiresAtMs: number
  readonly costNanoUsd: number
  readonly body: string
}

/** What is kept, shared by shared, within its quota. */
export interface Shelves {
  /** In one transaction, with whatever has to go for it. */
  put(row: Row, nowMs: number): void
  remove(id: string): boolean
  /** Count hits, which make an entry worth more. */
  asked(hits: ReadonlyMap<string, number>): void
  readonly evicted: number
}

/** How many that have expired are taken out with each that comes. */
const SWEPT = 4

export function shelvesIn(db: DatabaseSync, { maxBytes, maxScopeBytes }: Quota): Shelves {
  const bytesOf = db.prepare('SELECT bytes FROM cache_entry WHERE id = ?')
  const drop = db.prepare('DELETE FROM cache_entry WHERE id = ?')
  const insert = db.prepare(
    `INSERT INTO cache_entry (id, share, version, stamp, expires_at_ms, cost_nano_usd, hits, bytes, rank, body)
     VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?)`,
  )
  const hit = db.prepare(
    `UPDATE cache_entry SET hits = hits + ?, rank = (SELECT floor FROM cache_share WHERE share = cache_entry.share)
       + (hits + ? + 1) * (cost_nano_usd + 1.0) / bytes WHERE id = ?`,
  )
  const weigh = db.prepare('SELECT bytes, floor FROM cache_share WHERE share = ?')
  const grow = db.prepare(
    `INSERT INTO cache_share (share, bytes, floor) VALUES (?, ?, 0)
     ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes`,
  )
  const raise = db.prepare('UPDATE cache_share SET floor = ? WHERE share = ?')
  const least = db.prepare('SELECT id, rank FROM cache_entry WHERE share = ? ORDER BY rank LIMIT 1')
  const largest = db.prepare('SELECT share FROM cache_share ORDER BY bytes DESC LIMIT 1')
  const total = db.prepare('SELECT coalesce(sum(bytes), 0) AS bytes FROM cache_share')
  const expired = db.prepare(`SELECT id FROM cache_entry WHERE expires_at_ms <= ? LIMIT ${SWEPT}`)
  let evicted = 0

  const remove = (id: string): boolean => {
    const row = bytesOf.get(id)
    if (!row) return false
    drop.run(id)
    grow.run(shareOf(id), -(row.bytes as number))
    return true
  }
  const evictFrom = (share: string) => {
    const row = least.get(share)
    if (!row) throw new Error(`The cache's share ${share} has bytes and no entries`)
    remove(row.id as string)
    raise.run(row.rank as number, share)
    evicted += 1
  }
  return {
    get evicted() {
      return evicted
    },
    put(row, nowMs) {
      const { id, version, stamp, expiresAtMs, costNanoUsd, body } = row
      const share = shareOf(id)
      const bytes = Buffer.byteLength(body)
      transaction(db, () => {
        for (const old of expired.all(nowMs)) remove(old.id as string)
        remove(id)
        if (bytes > maxScopeBytes) return
        grow.run(share, bytes)
        while ((weigh.get(share)!.bytes as number) > maxScopeBytes) evictFrom(share)
        const rank = rankOf({ floor: weigh.get(share)!.floor as number, hits: 0, costNanoUsd, bytes })
        insert.run(id, share, version, stamp, expiresAtMs, costNanoUsd, bytes, rank, body)
        while ((total.get()!.bytes as number) > maxBytes) evictFrom(largest.get()!.share as string)
      })
    },
    remove: (id) => transaction(db, () => remove(id)),
    asked(hits) {
      transaction(db, () => {
        for (const [id, count] of hits) hit.run(count, count, id)
      })
    },
  }
}
