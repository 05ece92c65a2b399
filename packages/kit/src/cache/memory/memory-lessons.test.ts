import { test } from 'vitest'
import { lessonConformance } from '../../conformance/lessons.ts'
import type { LessonStore } from '../semantic/lessons/lesson-store.ts'
import { memoryLessons } from './memory-lessons.ts'

lessonConformance({
  test,
  store() {
    let made: LessonStore | undefined
    return {
      open(options) {
        made ??= memoryLessons(options)
        return made
      },
      remove: () => {},
    }
  },
})
