import { expect, it } from 'vitest'
import type { Lease } from './cache-store.ts'
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
