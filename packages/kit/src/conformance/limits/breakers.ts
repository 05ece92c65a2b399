import assert from 'node:assert/strict'
import { remaining, type Section, scope, taken } from './bench.ts'

const KEY = scope('key:loop', { rpm: 60, tpm: 1_000, concurrency: 1 })

export const BREAKERS: Section = {
  async 'shut a caller out, and let it in again'(bench) {
    const limits = await bench.limits()
    assert.deepEqual(await limits.shut('acme', 'key:loop', 'failures'), {
      forMs: 60_000,
      trips: 1,
      repeat: false,
    })
    await bench.pass(20_000)
    const refused = await bench.take({ scopes: [KEY] })
    assert.deepEqual(refused, { status: 'shut', retryAfterMs: 40_000, why: 'failures' })
    assert.equal(await remaining(bench, { ...KEY, subject: 'key:other' }, 'requests'), 60)
    taken(await bench.take({ scopes: [scope('key:other', { rpm: 1 })] }))
    await bench.pass(40_000)
    taken(await bench.take({ scopes: [KEY] }))
    assert.equal(await remaining(bench, KEY, 'requests'), 59)
  },

  async 'shut it out for twice as long each time, an hour at most, until it has been quiet for a day'(bench) {
    const limits = await bench.limits()
    const minutes: number[] = []
    for (let trip = 1; trip <= 8; trip += 1) {
      const { forMs } = await limits.shut('acme', 'key:loop', 'failures')
      minutes.push(forMs / 60_000)
      await bench.pass(forMs)
    }
    assert.deepEqual(minutes, [1, 2, 4, 8, 16, 32, 60, 60])
    await bench.pass(86_400_000)
    assert.deepEqual(await limits.shut('acme', 'key:loop', 'failures'), {
      forMs: 60_000,
      trips: 1,
      repeat: false,
    })
  },

  async 'shut it out once, whoever notices'(bench) {
    const limits = await bench.limits()
    await limits.shut('acme', 'key:loop', 'failures')
    await bench.pass(1_000)
    assert.deepEqual(await limits.shut('acme', 'key:loop', 'failures'), {
      forMs: 59_000,
      trips: 1,
      repeat: true,
    })
    taken(await bench.take({ org: 'globex', scopes: [KEY] }))
  },
}
