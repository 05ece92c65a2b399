import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Crowd, crowd } from './crowd.ts'

describe('a crowd', () => {
  it('has whoever came and has not left, however often somebody leaves', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('join', 'leave'), fc.nat(20)))
    fc.assert(
      fc.property(steps, (history) => {
        const tested = crowd<{ readonly id: number }>()
        const came: { place: number; member: { readonly id: number } }[] = []
        const there = new Set<object>()
        for (const [step, id] of history) {
          if (step === 'join') {
            const member = { id }
            came.push({ place: tested.join(member), member })
            there.add(member)
          } else {
            const leaving = came[id % Math.max(1, came.length)]
            if (!leaving) continue
            tested.leave(leaving.place, leaving.member)
            there.delete(leaving.member)
          }
        }
        expect(new Set(tested.present())).toEqual(there)
        expect(tested.present()).toHaveLength(there.size)
      }),
    )
  })

  it('keeps nothing of those who have left, not even until the next full garbage collection', async () => {
    const collect = collector()
    const visitors: Crowd<() => unknown> = crowd()
    let left = 4_000
    const visitor = async () => {
      while (left-- > 0) {
        const luggage = new Array(1_000).fill(left)
        const member = () => luggage
        const place = visitors.join(member)
        await new Promise(setImmediate)
        visitors.leave(place, member)
      }
    }
    collect()
    const before = getHeapStatistics().used_heap_size
    await Promise.all(Array.from({ length: 32 }, visitor))
    for (let minor = 0; minor < 4; minor += 1) collect({ type: 'minor' })
    // 8 kB each: a tenth of them, and it would show.
    expect(getHeapStatistics().used_heap_size - before).toBeLessThan(3_200_000)
  })
})

/** V8's garbage collection, to be called. https://v8.dev/docs/trace-gc has what is minor. */
function collector(): (options?: { readonly type: 'minor' }) => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}
