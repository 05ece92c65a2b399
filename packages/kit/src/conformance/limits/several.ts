import assert from 'node:assert/strict'
import { limited, remaining, type Section, scope, taken } from './bench.ts'

const KEY = scope('key:ci', { rpm: 5, tpm: 60_000, concurrency: 3 })
const TEAM = scope('team:red', { rpm: 100, tpm: 120_000, concurrency: 10 })
const MODEL = scope('model:gpt-4o', { tpm: 6_000 })

export const SEVERAL: Section = {
  async 'take from every scope of a request'(bench) {
    taken(await bench.take({ scopes: [KEY, TEAM], tokens: 1_000 }))
    assert.equal(await remaining(bench, KEY, 'requests'), 4)
    assert.equal(await remaining(bench, TEAM, 'requests'), 99)
    assert.equal(await remaining(bench, TEAM, 'tokens'), 119_000)
    assert.equal(await remaining(bench, TEAM, 'concurrency'), 9)
  },

  async 'take from none where one refuses'(bench) {
    taken(await bench.take({ scopes: [MODEL], tokens: 6_000 }))
    const { standing } = limited(await bench.take({ scopes: [KEY, TEAM, MODEL], tokens: 1_000 }))
    assert.equal(standing.subject, 'model:gpt-4o')
    for (const one of [KEY, TEAM]) {
      assert.equal(await remaining(bench, one, 'requests'), one.rpm)
      assert.equal(await remaining(bench, one, 'tokens'), one.tpm)
      assert.equal(await remaining(bench, one, 'concurrency'), one.concurrency)
    }
  },

  async 'give back to every scope'(bench) {
    const request = taken(await bench.take({ scopes: [KEY, TEAM], tokens: 1_000 }))
    await (await bench.limits()).give(request, 'nothing')
    for (const one of [KEY, TEAM]) {
      assert.equal(await remaining(bench, one, 'requests'), one.rpm)
      assert.equal(await remaining(bench, one, 'tokens'), one.tpm)
      assert.equal(await remaining(bench, one, 'concurrency'), one.concurrency)
    }
  },

  async 'name the limit that keeps a request waiting for longest'(bench) {
    taken(await bench.take({ scopes: [KEY], tokens: 60_000 }))
    taken(await bench.take({ scopes: [MODEL], tokens: 6_000 }))
    const { standing, retryAfterMs } = limited(await bench.take({ scopes: [KEY, MODEL], tokens: 3_000 }))
    assert.deepEqual([standing.subject, retryAfterMs], ['model:gpt-4o', 30_000])
  },

  async 'wait for requests and for tokens, whichever takes longer'(bench) {
    const few = scope('key:few', { rpm: 1, tpm: 60_000 })
    const request = taken(await bench.take({ scopes: [few], tokens: 0 }))
    await (await bench.limits()).give(request, { tokens: 180_000 })
    const { standing, retryAfterMs } = limited(await bench.take({ scopes: [few], tokens: 1_000 }))
    assert.deepEqual([standing.metric, retryAfterMs], ['tokens', 121_000])
  },

  async 'never let two orgs meet'(bench) {
    for (let request = 1; request <= 3; request += 1) taken(await bench.take({ scopes: [KEY] }))
    limited(await bench.take({ scopes: [KEY] }))
    taken(await bench.take({ org: 'globex', scopes: [KEY] }))
    assert.equal(await remaining(bench, KEY, 'requests', 'globex'), 4)
  },

  async 'keep apart what is named alike'(bench) {
    taken(await bench.take({ org: 'a', scopes: [scope('key:b key:c', { concurrency: 1 })] }))
    taken(await bench.take({ org: 'a key:b', scopes: [scope('key:c', { concurrency: 1 })] }))
    taken(await bench.take({ org: '{a', scopes: [scope('key:c', { concurrency: 1 })] }))
    taken(await bench.take({ org: 'a}', scopes: [scope('key:c', { concurrency: 1 })] }))
  },

  async 'limit nobody who has no limits'(bench) {
    const request = taken(await bench.take({ scopes: [], tokens: 1_000_000 }))
    await (await bench.limits()).give(request, { tokens: 5 })
  },
}
