import assert from 'node:assert/strict'
import { assertAbout, limited, remaining, type Section, scope, taken } from './bench.ts'

const TEN = scope('key:ci', { rpm: 10 })

export const REQUESTS: Section = {
  async 'pass as many requests a minute as there may be, and then none until it is over'(bench) {
    for (let request = 1; request <= 10; request += 1) taken(await bench.take({ scopes: [TEN] }))
    await bench.pass(15_000)
    const { standing, retryAfterMs } = limited(await bench.take({ scopes: [TEN] }))
    assert.deepEqual(
      [standing.subject, standing.metric, standing.limit, standing.remaining],
      ['key:ci', 'requests', 10, 0],
    )
    assertAbout(retryAfterMs, 45_000, bench)
    await bench.pass(45_000)
    taken(await bench.take({ scopes: [TEN] }))
  },

  async 'let two minutes of requests pass at the edge between them, and not one more'(bench) {
    taken(await bench.take({ scopes: [TEN] }))
    await bench.pass(55_000)
    for (let request = 2; request <= 10; request += 1) taken(await bench.take({ scopes: [TEN] }))
    await bench.pass(5_000)
    for (let request = 1; request <= 10; request += 1) taken(await bench.take({ scopes: [TEN] }))
    limited(await bench.take({ scopes: [TEN] }))
  },

  async 'count nothing that they refuse'(bench) {
    for (let request = 1; request <= 10; request += 1) taken(await bench.take({ scopes: [TEN] }))
    for (let request = 1; request <= 5; request += 1) limited(await bench.take({ scopes: [TEN] }))
    await bench.pass(60_000)
    assert.equal(await remaining(bench, TEN, 'requests'), 10)
  },

  async 'give back a request that came to nothing, once'(bench) {
    const first = taken(await bench.take({ scopes: [TEN] }))
    taken(await bench.take({ scopes: [TEN] }))
    await (await bench.limits()).give(first, 'nothing')
    assert.equal(await remaining(bench, TEN, 'requests'), 9)
  },

  async 'give nothing back to a minute that is over'(bench) {
    const first = taken(await bench.take({ scopes: [TEN] }))
    await bench.pass(60_000)
    taken(await bench.take({ scopes: [TEN] }))
    await (await bench.limits()).give(first, 'nothing')
    assert.equal(await remaining(bench, TEN, 'requests'), 9)
  },

  async 'keep a request that was sent'(bench) {
    const first = taken(await bench.take({ scopes: [TEN] }))
    await (await bench.limits()).give(first, { tokens: 0 })
    assert.equal(await remaining(bench, TEN, 'requests'), 9)
  },

  async 'hold to the limit however many come at once'(bench) {
    const results = await Promise.all(Array.from({ length: 50 }, () => bench.take({ scopes: [TEN] })))
    assert.equal(results.filter(({ status }) => status === 'taken').length, 10)
  },
}
