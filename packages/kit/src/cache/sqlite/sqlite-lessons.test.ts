import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished, test } from 'vitest'
import { lessonConformance } from '../../conformance/lessons.ts'
import { sqliteLessons } from './sqlite-lessons.ts'

lessonConformance({
  test,
  store() {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-lessons-'))
    return {
      open: (options) => sqliteLessons(join(folder, 'lessons.db'), options),
      remove: () => rmSync(folder, { recursive: true }),
    }
  },
})

it('does not grow by what has expired, however much is saved at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-lessons-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'lessons.db')
  let nowMs = 1_000
  const store = sqliteLessons(path, { clock: { now: () => nowMs } })
  for (let place = 1; place <= 5; place += 1) {
    nowMs += 10
    const rows = Array.from({ length: 500 }, (_, at) => ({
      key: `${place} ${at}`,
      text: 'x',
      expiresAtMs: nowMs + 5,
    }))
    await store.save('book', { place: String(place), rows })
  }
  await store.close()
  const db = new DatabaseSync(path)
  onTestFinished(() => db.close())
  expect(db.prepare('SELECT count(*) AS rows FROM cache_learnt').get()).toEqual({ rows: 500 })
})
