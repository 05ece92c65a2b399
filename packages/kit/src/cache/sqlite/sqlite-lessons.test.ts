import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'vitest'
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
