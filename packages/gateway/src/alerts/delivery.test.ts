import { expect, it } from 'vitest'
import type { Alert } from './alert.ts'
import { delivery } from './delivery.ts'

const alert = (id: string): Alert => ({ kind: 'budget', org: 'acme', id, text: id, facts: {} })

/** An address that fails so often, and pauses that end when the test says so. */
function failing(times: number) {
  const told: string[] = []
  const lost: string[] = []
  const pauses: number[] = []
  let failures = times
  const way = delivery(
    async ({ id }) => {
      failures -= 1
      if (failures >= 0) throw new Error('not now')
      told.push(id)
    },
    {
      timers: {
        setTimeout(callback, delayMs) {
          pauses.push(delayMs)
          queueMicrotask(callback)
        },
        clearTimeout() {},
      },
      onLost: ({ id }, why) => lost.push(`${id}: ${why instanceof Error ? why.message : why}`),
      maxQueued: 2,
    },
  )
  return { way, told, lost, pauses }
}

it('tries four times, longer and longer apart', async () => {
  const { way, told, lost, pauses } = failing(3)
  way.send(alert('one'))
  await expect.poll(() => told).toEqual(['one'])
  expect([pauses, lost]).toEqual([[1_000, 10_000, 60_000], []])
})

it('loses what nobody takes, and goes on with the next', async () => {
  const { way, told, lost } = failing(4)
  way.send(alert('one'))
  way.send(alert('two'))
  await expect.poll(() => told).toEqual(['two'])
  expect(lost).toEqual(['one: not now'])
})

it('keeps so many waiting and no more', () => {
  const { way, lost } = failing(0)
  for (const id of ['at work', 'waits', 'waits too', 'too many']) way.send(alert(id))
  expect(lost).toEqual(['too many: too many wait'])
})

it('tries nothing again once it is closed, and takes nothing', async () => {
  const { way, told, lost } = failing(1)
  way.send(alert('one'))
  await way.close()
  way.send(alert('late'))
  expect([told, lost]).toEqual([[], ['one: not now', 'late: the gateway stops']])
})
