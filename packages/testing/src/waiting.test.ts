import { expect, it, vi } from 'vitest'
import { waiting } from './waiting.ts'

it('resolves at once when the condition holds already', async () => {
  await waiting().until(() => true)
})

it('looks again at each change, and not after it has resolved', async () => {
  const waits = waiting()
  let count = 0
  const condition = vi.fn(() => count === 2)
  const done = waits.until(condition)
  count = 1
  waits.changed()
  count = 2
  waits.changed()
  await done
  waits.changed()
  expect(condition).toHaveBeenCalledTimes(3)
})

it('hands the fault of a condition to the one who waits, and to nobody else', async () => {
  const waits = waiting()
  let broken = false
  const faulty = waits.until(() => {
    if (broken) throw new Error('boom')
  })
  broken = true
  expect(() => waits.changed()).not.toThrow()
  await expect(faulty).rejects.toThrow('boom')
})

it('tells who still waits when it is closed, with what for', async () => {
  const waits = waiting()
  const never = waits.until(() => 1 > 2)
  waits.close()
  await expect(never).rejects.toThrow('1 > 2')
})
