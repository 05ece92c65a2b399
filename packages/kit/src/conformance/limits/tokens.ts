import assert from 'node:assert/strict'
import { limited, remaining, type Section, scope, taken } from './bench.ts'

/** One token a ms. */
const MINUTE = scope('team:red', { tpm: 60_000 })

export const TOKENS: Section = {
  async 'let tokens run out evenly'(bench) {
    taken(await bench.take({ scopes: [MINUTE], tokens: 60_000 }))
    assert.equal(await remaining(bench, MINUTE, 'tokens'), 0)
    await bench.pass(1_000)
    assert.equal(await remaining(bench, MINUTE, 'tokens'), 1_000)
    const { standing, retryAfterMs } = limited(await bench.take({ scopes: [MINUTE], tokens: 1_500 }))
    assert.deepEqual([standing.metric, standing.remaining, retryAfterMs], ['tokens', 1_000, 500])
    await bench.pass(499)
    limited(await bench.take({ scopes: [MINUTE], tokens: 1_500 }))
    await bench.pass(1)
    taken(await bench.take({ scopes: [MINUTE], tokens: 1_500 }))
  },

  async 'put real tokens in the place of those that were expected'(bench) {
    const request = taken(await bench.take({ scopes: [MINUTE], tokens: 10_000 }))
    assert.equal(await remaining(bench, MINUTE, 'tokens'), 50_000)
    await (await bench.limits()).give(request, { tokens: 3_000 })
    assert.equal(await remaining(bench, MINUTE, 'tokens'), 57_000)
    await (await bench.limits()).give(request, { tokens: 0 })
    assert.equal(await remaining(bench, MINUTE, 'tokens'), 57_000)
  },

  async 'make those wait who come after a request that used more than it was expected to'(bench) {
    const request = taken(await bench.take({ scopes: [MINUTE], tokens: 10_000 }))
    await (await bench.limits()).give(request, { tokens: 90_000 })
    assert.equal(await remaining(bench, MINUTE, 'tokens'), 0)
    const { retryAfterMs } = limited(await bench.take({ scopes: [MINUTE], tokens: 1 }))
    assert.equal(retryAfterMs, 30_001)
  },

  async 'go on running out when a clock is set back, and nobody waits for longer than they were told'(bench) {
    taken(await bench.take({ scopes: [MINUTE], tokens: 60_000 }))
    await bench.pass(-3_600_000)
    const { retryAfterMs } = limited(await bench.take({ scopes: [MINUTE], tokens: 1_000 }))
    assert.equal(retryAfterMs, 1_000)
    await bench.pass(retryAfterMs)
    taken(await bench.take({ scopes: [MINUTE], tokens: 1_000 }))
  },

  async 'let a request pass that is expected to use more than a minute has, when nothing else has'(bench) {
    taken(await bench.take({ scopes: [MINUTE], tokens: 1 }))
    assert.equal(limited(await bench.take({ scopes: [MINUTE], tokens: 1_000_000 })).retryAfterMs, 1)
    await bench.pass(1)
    const request = taken(await bench.take({ scopes: [MINUTE], tokens: 1_000_000 }))
    await (await bench.limits()).give(request, { tokens: 1_000 })
    assert.equal(await remaining(bench, MINUTE, 'tokens'), 59_000)
  },

  async 'lend nothing in advance'(bench) {
    const request = taken(await bench.take({ scopes: [MINUTE], tokens: 10_000 }))
    await bench.pass(10_000)
    await (await bench.limits()).give(request, 'nothing')
    taken(await bench.take({ scopes: [MINUTE], tokens: 60_000 }))
    limited(await bench.take({ scopes: [MINUTE], tokens: 1 }))
  },

  async 'come right for a process that was paused beyond its lease'(bench) {
    const request = taken(await bench.take({ scopes: [MINUTE], tokens: 60_000 }))
    bench.freeze()
    await bench.pass(45_000)
    await (await bench.limits()).give(request, { tokens: 75_000 })
    assert.equal(await remaining(bench, MINUTE, 'tokens'), 30_000)
  },
}
