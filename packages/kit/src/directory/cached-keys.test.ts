import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cachedKeys } from './cached-keys.ts'
import type { Changed } from './directory.ts'
import { issueKey } from './issue-key.ts'
import { keyHasher } from './key-hash.ts'
import type { KeyRecord } from './key-record.ts'

const { record } = issueKey({ hasher: keyHasher('a master key of thirty-two bytes or more'), org: 'acme' })
const changeOf = (...lookups: string[]): Changed => ({ kind: 'key', id: 'any', lookups })

/** A directory whose answers come when the test says so, and which tells what the test tells. */
function remote({ maxAgeMs = 1_000, max = 10 } = {}) {
  const asked: { lookup: string; answer: (key?: KeyRecord) => void; fail: (error: Error) => void }[] = []
  const clock = { nowMs: 0 }
  let tell: (changed: Changed | undefined) => void = () => {}
  const find = cachedKeys(
    {
      findKey: (lookup) =>
        new Promise((answer, fail) => {
          asked.push({ lookup, answer, fail })
        }),
      watch(listener) {
        tell = listener
        return () => {}
      },
    },
    { maxAgeMs, max, clock: { now: () => clock.nowMs } },
  )
  return { asked, clock, find, tell: (changed?: Changed) => tell(changed) }
}

/** A cache that has the key already. */
async function warm(options = {}) {
  const made = remote(options)
  const first = made.find('a')
  made.asked[0]!.answer(record)
  await first
  expect(made.find('a')).toBe(record)
  return made
}

it('answers at once, and asks nobody, until it is told of a change', async () => {
  const { asked, find, tell } = await warm()
  tell(changeOf('b'))
  tell({ kind: 'team', org: 'acme', id: 'red' })
  expect(find('a')).toBe(record)
  tell(changeOf('b', 'a'))
  expect(find('a')).toBeInstanceOf(Promise)
  expect(asked).toHaveLength(2)
})

it('forgets everything when something may have been missed', async () => {
  const { find, tell } = await warm()
  tell(undefined)
  expect(find('a')).toBeInstanceOf(Promise)
})

it('keeps nothing for longer than its maximum age, counted from the question', async () => {
  const { asked, clock, find } = remote()
  const first = find('a')
  clock.nowMs = 900
  asked[0]!.answer(record)
  await first
  clock.nowMs = 999
  expect(find('a')).toBe(record)
  clock.nowMs = 1_000
  expect(find('a')).toBeInstanceOf(Promise)
})

it('lets all who miss a key at the same time share one read', async () => {
  const { asked, find } = remote()
  const answers = [find('a'), find('a'), find('a')]
  expect(asked).toHaveLength(1)
  asked[0]!.answer(record)
  expect(await Promise.all(answers)).toEqual([record, record, record])
})

it.each([
  ['of the key', changeOf('a')],
  ['of everything', undefined],
])('does not keep what was being read when it was told %s', async (_, changed) => {
  const { asked, find, tell } = remote()
  const early = find('a')
  tell(changed)
  const late = find('a')
  expect(asked).toHaveLength(2)
  const revoked = { ...record, revokedAtMs: 1 }
  asked[1]!.answer(revoked)
  expect(await late).toBe(revoked)
  asked[0]!.answer(record)
  expect(await early).toBe(record)
  expect(find('a')).toBe(revoked)
})

it('does not keep a failure', async () => {
  const { asked, find } = remote()
  const failing = find('a')
  asked[0]!.fail(new Error('away'))
  await expect(failing).rejects.toThrow('away')
  void find('a')
  expect(asked).toHaveLength(2)
})

it('remembers that there is no such key, until one is made', async () => {
  const { asked, find, tell } = remote()
  const first = find('a')
  asked[0]!.answer(undefined)
  await first
  expect(find('a')).toBeUndefined()
  expect(asked).toHaveLength(1)
  tell(changeOf('a'))
  void find('a')
  expect(asked).toHaveLength(2)
})

it('is not emptied of keys by guesses, and remembers only so many of those', async () => {
  const { asked, find } = await warm({ max: 3 })
  for (let guess = 0; guess < 10; guess += 1) {
    const answer = find(`guess${guess}`)
    asked.at(-1)!.answer(undefined)
    await answer
  }
  expect(find('a')).toBe(record)
  expect(find('guess9')).toBeUndefined()
  expect(find('guess0')).toBeInstanceOf(Promise)
})

it('keeps nothing with a maximum age of 0', async () => {
  const { asked, find } = remote({ maxAgeMs: 0 })
  for (let time = 1; time <= 3; time += 1) {
    const answer = find('a')
    asked.at(-1)!.answer(record)
    await answer
    expect(asked).toHaveLength(time)
  }
})

it('never answers what was so before a change that it has been told of, in any order of events', async () => {
  const event = fc.oneof(
    fc.constant('find' as const),
    fc.constant('change' as const),
    fc.record({ answer: fc.nat(5) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
      const { asked, find, tell } = remote()
      const states: KeyRecord[] = [{ ...record, revision: 1 }]
      const open: { at: number; state: number }[] = []
      for (const one of events) {
        if (one === 'change') {
          states.push({ ...record, revision: states.length + 1 })
          tell(changeOf('a'))
        } else if (one === 'find') {
          const before = asked.length
          const found = find('a')
          // A read sees the state of the time when it was asked; what is remembered must be of now.
          if (asked.length > before) open.push({ at: before, state: states.length - 1 })
          if (!(found instanceof Promise)) expect(found?.revision).toBe(states.length)
        } else if (open.length > 0) {
          const [{ at, state }] = open.splice(one.answer % open.length, 1) as [(typeof open)[number]]
          asked[at]!.answer(states[state])
          await Promise.resolve().then(() => {})
        }
      }
    }),
  )
})
