import { expect, it } from 'vitest'
import { memoryOf } from './learnt.ts'
import type { Lesson } from './lessons/lesson.ts'

const DELTA = 0.02
const NOW_MS = Date.UTC(2026, 10, 22)

function lessonOf(user: number, more: Partial<Lesson> = {}): Lesson {
  return {
    org: 'acme',
    accounts: ['org:acme', `user:${user}`],
    model: 'm',
    id: `entry ${user}`,
    version: 'v',
    partition: 'p',
    similarity: 0.95,
    judgement: 'same',
    isAudit: false,
    vouches: false,
    expiresAtMs: NOW_MS + 3_600_000,
    atMs: NOW_MS,
    ...more,
  }
}

it('a group that has been switched off stays so, however many others have been asked since', () => {
  const memory = memoryOf(DELTA)
  for (let at = 0; at < 40; at += 1) memory.take(lessonOf(0, { isAudit: true, judgement: 'different' }))
  const name = lessonOf(0)
  const entry = memory.known('entry 0')!
  expect(memory.group(name).group.certificate(NOW_MS).standing).toBe('off')
  for (let user = 1; user <= 1_500; user += 1) memory.take(lessonOf(user))
  expect(memory.groups()).not.toContain(entry.in)
  expect(memory.group(name).group.certificate(NOW_MS).standing).toBe('off')
  const { org, accounts, model } = name
  const again = memory.of({ id: 'entry 0', scope: { org, accounts }, model, tags: [] }, 'p', 'v')
  expect(again).toBe(entry)
  expect(again.in).toBe(memory.group(name))
})

it('groups that nobody can save are not remembered without end', () => {
  const memory = memoryOf(DELTA)
  for (let user = 0; user < 12_000; user += 1)
    memory.take(lessonOf(user, { judgement: 'unsure', isAudit: true }))
  expect(memory.changed.groups.size).toBe(10_000)
  expect(memory.groups()).toHaveLength(1_000)
})
