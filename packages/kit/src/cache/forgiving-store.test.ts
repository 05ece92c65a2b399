import { expect, it } from 'vitest'
import type { Lease, Lookup } from './cache-store.ts'
import { forgivingStore } from './forgiving-store.ts'
import { memoryCache } from './memory/index.ts'

it('gives up a lease that comes when nobody waits for it any more', async () => {
  let late = () => {}
  const timers = {
    setTimeout(callback: () => void) {
      late = callback
    },
    clearTimeout() {},
  }
  const released: string[] = []
  const { promise, resolve } = Promise.withResolvers<Lease>()
  const store = forgivingStore(
    { ...memoryCache(), leases: { take: () => promise } },
    { timers, onFault: () => {} },
  )
  const asked = store.lease('an.id')
  late()
  expect(await asked).toBe('free')
  resolve({ release: async () => void released.push('an.id') })
  await expect.poll(() => released).toEqual(['an.id'])
})

it('takes an answer that had come when the event loop went on, however long that had stood still', async () => {
  let late = () => {}
  const timers = {
    setTimeout(callback: () => void) {
      late = callback
    },
    clearTimeout() {},
  }
  const faults: unknown[] = []
  const found: Lookup = { entry: undefined, stamp: 'a stamp' }
  const { promise, resolve } = Promise.withResolvers<Lookup>()
  const store = forgivingStore(
    { ...memoryCache(), get: () => promise },
    { timers, onFault: (fault) => faults.push(fault) },
  )
  const asked = store.get({ key: 'a.key' } as never)
  // Of a loop that was held up, the timers are due before anything is read from the network.
  late()
  queueMicrotask(() => resolve(found))
  expect(await asked).toBe(found)
  expect(faults).toEqual([])
})
