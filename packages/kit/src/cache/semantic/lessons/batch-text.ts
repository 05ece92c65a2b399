import { isObject, parseObject } from '../../../core/json-object.ts'
import type { LessonBatch } from './lesson.ts'

export function writeBatch(batch: LessonBatch): string {
  return JSON.stringify(batch)
}

/** Undefined of what is no batch that this release knows: another may have written it, and nobody is to stumble over it. */
export function readBatch(text: string): LessonBatch | undefined {
  const batch = parseObject(text)
  if (!batch || !Array.isArray(batch.lessons)) return undefined
  const { by, number, lessons } = batch
  const isWhole = typeof by === 'string' && typeof number === 'number' && lessons.every(isLesson)
  return isWhole ? (batch as unknown as LessonBatch) : undefined
}

const FIELDS = {
  org: 'string',
  model: 'string',
  id: 'string',
  version: 'string',
  partition: 'string',
  similarity: 'number',
  judgement: 'string',
  isAudit: 'boolean',
  vouches: 'boolean',
  atMs: 'number',
}

function isLesson(lesson: unknown): boolean {
  if (!isObject(lesson) || !Array.isArray(lesson.accounts)) return false
  return Object.entries(FIELDS).every(([name, type]) => typeof lesson[name] === type)
}
