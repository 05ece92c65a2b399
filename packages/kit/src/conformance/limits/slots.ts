import assert from 'node:assert/strict'
import { limited, remaining, type Section, scope, taken } from './bench.ts'

const TWO = scope('user:ada', { concurrency: 2 })

export const SLOTS: Section = {
  async 'let as many run at the same time as may'(bench) {
    const first = taken(await bench.take({ scopes: [TWO] }))
    taken(await bench.take({ scopes: [TWO] }))
    const { standing, retryAfterMs } = limited(await bench.take({ scopes: [TWO] }))
    assert.deepEqual([standing.metric, standing.limit, standing.remaining], ['concurrency', 2, 0])
    assert.equal(retryAfterMs, 1_000)
    await (await bench.limits()).give(first, { tokens: 0 })
    taken(await bench.take({ scopes: [TWO] }))
  },

  async 'keep the slot of what runs for long'(bench) {
    taken(await bench.take({ scopes: [TWO] }))
    await bench.pass(600_000)
    assert.equal(await remaining(bench, TWO, 'concurrency'), 1)
  },

  async 'take the slots of a process that has died for free after half a minute'(bench) {
    taken(await bench.take({ scopes: [TWO] }))
    taken(await bench.take({ scopes: [TWO] }))
    bench.freeze()
    await bench.pass(29_999)
    limited(await bench.take({ scopes: [TWO] }))
    await bench.pass(1)
    taken(await bench.take({ scopes: [TWO] }))
  },

  async 'are given back once'(bench) {
    const limits = await bench.limits()
    const first = taken(await bench.take({ scopes: [TWO] }))
    taken(await bench.take({ scopes: [TWO] }))
    await limits.give(first, { tokens: 0 })
    await limits.give(first, { tokens: 0 })
    assert.equal(await remaining(bench, TWO, 'concurrency'), 1)
  },
}
