import type { DatabaseSync } from 'node:sqlite'
import type { Timers } from '../../core/timers.ts'
import { changedBy } from '../changed.ts'
import type { Changed } from '../directory.ts'
import type { Change } from '../record-store.ts'
import type { Shelves, Swap } from '../shelves.ts'
import { changeOf, jsonOf } from './row.ts'

export interface History extends Pick<Shelves, 'changes' | 'watch'> {
  /** Within the transaction of the change itself. */
  add(change: Swap<unknown>['change']): void
}

export interface HistoryOptions {
  readonly timers: Timers
  /** How often it is read for what other processes have changed, ms. */
  readonly everyMs: number
}

const ADD = `INSERT INTO directory_change (org, sequence, kind, id, at_ms, actor, before, after)
  SELECT ?, 1 + coalesce(max(sequence), 0), ?, ?, ?, ?, ?, ? FROM directory_change WHERE org = ?`
const PAGE = 'SELECT * FROM directory_change WHERE org = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?'
const LAST = 'SELECT coalesce(max(place), 0) AS place FROM directory_change'
const SINCE = 'SELECT * FROM directory_change WHERE place > ? ORDER BY place LIMIT ?'

/** Changes told one by one at a time; whoever is further behind is told that everything may have changed. */
const TOLD_AT_ONCE = 1000

/**
 * What was changed, by whom. It also is what tells one process of the changes of another: every change is in it, in the
 * order in which they were made, so the place up to which it was read says what is new.
 */
export function history(db: DatabaseSync, { timers, everyMs }: HistoryOptions): History {
  const add = db.prepare(ADD)
  const page = db.prepare(PAGE)
  const last = db.prepare(LAST)
  const since = db.prepare(SINCE)
  const lastPlace = () => last.get()!.place as number

  function tellSince(place: number, tell: (changed: Changed | undefined) => void): number {
    const now = lastPlace()
    if (now === place) return place
    if (now - place > TOLD_AT_ONCE) tell(undefined)
    else for (const row of since.all(place, TOLD_AT_ONCE)) tell(changedBy(changeOf(row)))
    return now
  }

  return {
    add({ org, kind, id, atMs, actor, before, after }) {
      add.run(org, kind, id, atMs, JSON.stringify(actor), jsonOf(before), jsonOf(after), org)
    },
    changes: (org, { before, limit }): Change[] => page.all(org, before, limit).map(changeOf),
    watch(tell) {
      let place = lastPlace()
      let timer: unknown
      const look = () => {
        try {
          place = tellSince(place, tell)
        } catch {
          // What cannot be read is not known to be as it was; the next request finds out what is wrong with the file.
          tell(undefined)
        }
        timer = timers.setTimeout(look, everyMs)
      }
      timer = timers.setTimeout(look, everyMs)
      return () => timers.clearTimeout(timer)
    },
  }
}
