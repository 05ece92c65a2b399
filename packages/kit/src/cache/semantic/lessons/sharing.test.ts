import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CLOCK,
  certificateOf,
  chanceOf,
  DELTA,
  emptyStore,
  faulty,
  GROUP,
  HOUR_MS,
  learnAll,
  lesson,
  started,
  stateOf,
  wrongAudits,
} from '../../../../../../test/support/lesson-processes.ts'

describe('lessons of one process', () => {
  it('are known to all others after a turn of each', async () => {
    const store = emptyStore()
    const [here, there] = [await started(store), await started(store)]
    await learnAll(
      here,
      Array.from({ length: 60 }, (_, at) => lesson({ id: `share.${at % 5}`, vouches: at > 30 })),
    )
    await there.turn()
    expect(stateOf(there)).toEqual(stateOf(here))
    expect(stateOf(there).labels).toBe(60)
    expect(there.memory.known('share.1')).toMatchObject({ version: 'v1', vouchedFor: true })
    expect(chanceOf(there, 'share.1')).toEqual(chanceOf(here, 'share.1'))
  })

  it('switch off in all what they switch off in one, until the same moment', async () => {
    const store = emptyStore()
    const [here, there] = [await started(store), await started(store)]
    await learnAll(here, wrongAudits(40))
    await there.turn()
    expect(certificateOf(here)).toMatchObject({ standing: 'off' })
    expect(certificateOf(there)).toEqual(certificateOf(here))
  })

  it('count together: an alarm is of all that have seen a part of it', async () => {
    const store = emptyStore()
    const [here, there] = [await started(store), await started(store)]
    const [one, other] = wrongAudits(2)
    await learnAll(here, [one!])
    expect(certificateOf(here).aim).toBe(DELTA)
    await learnAll(there, [other!])
    await here.turn()
    for (const process of [here, there]) expect(certificateOf(process).aim).toBe(DELTA / 2)
  })

  it('of another answer in the same place begin anew', async () => {
    const store = emptyStore()
    const here = await started(store)
    await learnAll(here, [lesson({ vouches: true }), lesson({ version: 'v2' })])
    expect(here.memory.known('share.a')).toMatchObject({ version: 'v2', vouchedFor: false })
    expect(here.memory.known('share.a')!.belief.evidence).toMatchObject({ same: 1 })
  })

  it('that say nothing are counted: so many audits without a judgement, and all is asked', async () => {
    const store = emptyStore()
    const [here, there] = [await started(store), await started(store)]
    const unsure = () => lesson({ isAudit: true, judgement: 'unsure' })
    await learnAll(here, Array.from({ length: 10 }, unsure))
    await learnAll(there, Array.from({ length: 10 }, unsure))
    await here.turn()
    for (const { memory } of [here, there]) expect(memory.group(GROUP).group.auditRate()).toBe(1)
  })
})

describe('a process that starts', () => {
  it('begins with what was known when the last one ended', async () => {
    const store = emptyStore()
    const before = await started(store)
    await learnAll(before, [
      ...Array.from({ length: 120 }, (_, at) => lesson({ id: `share.${at % 9}` })),
      ...wrongAudits(2),
    ])
    const known = stateOf(before)
    await before.close()
    const after = await started(store)
    expect(stateOf(after)).toEqual(known)
    expect(chanceOf(after, 'share.3')).toEqual(chanceOf(before, 'share.3'))
  })

  it('begins with what was told after it was saved', async () => {
    const store = emptyStore()
    const first = await started(store)
    await learnAll(
      first,
      Array.from({ length: 60 }, () => lesson()),
    )
    CLOCK.nowMs += 10_000
    await first.turn()
    await learnAll(first, wrongAudits(40))
    const after = await started(store)
    expect(stateOf(after)).toEqual(stateOf(first))
    expect(certificateOf(after).standing).toBe('off')
  })

  it('is not ready while it cannot read what is known, and is once it can', async () => {
    const { broken, faults } = faulty(emptyStore())
    faults.load = true
    const here = await started(broken)
    expect(here.isReady).toBe(false)
    expect(here.faults.map(String)).toContain('Error: away')
    faults.load = false
    await here.turn()
    expect(here.isReady).toBe(true)
  })

  it('knows nothing of what another embedder or another rate has taught', async () => {
    const store = emptyStore()
    await learnAll(await started(store), wrongAudits(40))
    const other = await started(store, { book: 'another' })
    expect(stateOf(other)).toMatchObject({ labels: 0 })
  })

  it('passes over rows that it cannot read', async () => {
    const store = emptyStore()
    await learnAll(await started(store), [lesson()])
    const rows = [
      ...['', 'null', '[]', '{"of":"entry"', '"group"', '{"of":"tellers"}', '{"of":"tellers","numbers":[1]}'],
      ...['{"of":"group","group":{"accounts":[]}}', '{"of":"entry","group":{"accounts":[]}}'],
    ].map((text, at) => ({
      key: `odd ${at}`,
      text,
      expiresAtMs: CLOCK.nowMs + HOUR_MS,
    }))
    await store.save('book', { place: '1', rows })
    expect((await started(store)).isReady).toBe(true)
  })
})

const AWAY = fc.constantFrom('none' as const, 'before' as const, 'after' as const)

it('whatever fails and whoever learns: each lesson is learnt once by all', async () => {
  const happening = fc.record({
    who: fc.integer({ min: 0, max: 2 }),
    what: fc.constantFrom('learn', 'learn', 'audit', 'turn', 'restart'),
    tell: AWAY,
    same: fc.boolean(),
    entry: fc.integer({ min: 0, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 60 }), async (happenings) => {
      const { broken, faults } = faulty(emptyStore())
      const fleet = await Promise.all([0, 1, 2].map(() => started(broken)))
      let taught = 0
      for (const { who, what, tell, same, entry } of happenings) {
        CLOCK.nowMs += 1_000
        faults.tell = what === 'restart' ? 'none' : tell
        if (what === 'restart') {
          await fleet[who]!.close()
          fleet[who] = await started(broken)
        } else if (what === 'turn') await fleet[who]!.turn()
        else {
          taught += 1
          const judgement = same ? 'same' : 'different'
          fleet[who]!.learn(lesson({ judgement, isAudit: what === 'audit', id: `share.${entry}` }))
        }
      }
      faults.tell = 'none'
      for (const process of [...fleet, ...fleet]) await process.turn()
      expect(fleet.map((process) => stateOf(process).labels)).toEqual([taught, taught, taught])
    }),
    { numRuns: 40 },
  )
})
