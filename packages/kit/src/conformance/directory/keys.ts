import assert from 'node:assert/strict'
import { nanoUsd } from '../../core/money.ts'
import type { KeyRecord, KeySummary } from '../../directory/key-record.ts'
import { assertFound, ids, keyNamed, type Section, START_MS } from './bench.ts'

export const KEYS: Section = {
  async 'is empty at first'({ here }) {
    assert.deepEqual(await here.listKeys(), [])
    assert.equal(await here.findKey('Ab12Cd34Ef56'), undefined)
    assert.equal(await here.getKey('nobody'), undefined)
    assert.deepEqual(await here.revokeKey('nobody'), { status: 'unknown' })
  },

  async 'gives back every field as it was kept'({ here, there }) {
    const full = keyNamed('full', {
      team: 'marketing',
      project: 'søk',
      user: 'ada@example.org',
      label: 'Ada’s laptop “#1”; DROP TABLE virtual_key',
      tags: { feature: 'search', 'cost center': 'é' },
      tier: 'large',
      scopes: {
        models: ['gpt-4o-mini', 'claude-haiku-*'],
        endpoints: ['text'],
        addresses: ['10.0.0.0/8', '2001:db8::/32'],
        origins: ['https://app.example.com'],
        maxCostNanoUsd: nanoUsd(50_000_000),
        rates: { rpm: 60, concurrency: 2 },
      },
      expiresAtMs: START_MS + 1,
      revokedAtMs: START_MS + 2,
    })
    assert.deepEqual(await here.createKey(full), { status: 'created' })
    await assertFound(there, full)
  },

  async 'leaves out what was not given'({ here }) {
    const bare = keyNamed('bare')
    await here.createKey(bare)
    await assertFound(here, bare)
  },

  async 'finds a key by its whole handle and by nothing else'({ here }) {
    const key = keyNamed('demo')
    await here.createKey(key)
    const others = [key.id, key.lookup.slice(0, -1), `${key.lookup}x`, '', '%', '*', `${key.lookup}\0`]
    for (const lookup of others) assert.equal(await here.findKey(lookup), undefined, JSON.stringify(lookup))
  },

  async 'tells handles and ids apart by case'({ here }) {
    const lower = keyNamed('demo', { lookup: 'abcdefabcdef' })
    const upper = keyNamed('DEMO', { lookup: 'ABCDEFABCDEF' })
    assert.deepEqual(await here.createKey(lower), { status: 'created' })
    assert.deepEqual(await here.createKey(upper), { status: 'created' })
    await assertFound(here, lower)
    await assertFound(here, upper)
  },

  async 'never gives an id twice, not even after a revoke'({ here, there }) {
    const first = keyNamed('demo')
    const second = keyNamed('demo', { org: 'other' })
    await here.createKey(first)
    assert.deepEqual(await there.createKey(second), { status: 'exists' })
    await here.revokeKey('demo')
    assert.deepEqual(await there.createKey(second), { status: 'exists' })
    assert.equal(await here.findKey(second.lookup), undefined)
    assert.equal((await here.findKey(first.lookup))?.org, 'acme')
  },

  async 'never gives a handle twice'({ here, there }) {
    const first = keyNamed('one')
    await here.createKey(first)
    assert.deepEqual(await there.createKey(keyNamed('two', { lookup: first.lookup })), { status: 'exists' })
    await assertFound(there, first)
    assert.deepEqual(await ids(there), ['one'])
  },

  async 'lets one of many creators have the id'({ here, there }) {
    const attempts = Array.from({ length: 20 }, (_, i) => (i % 2 ? here : there).createKey(keyNamed('demo')))
    const results = await Promise.all(attempts)
    assert.equal(results.filter(({ status }) => status === 'created').length, 1)
    assert.equal(results.filter(({ status }) => status === 'exists').length, 19)
  },

  async 'keeps no malformed record'({ here }) {
    for (const wrong of MALFORMED) {
      await assert.rejects(
        async () => here.createKey(keyNamed('demo', wrong)),
        RangeError,
        JSON.stringify(wrong),
      )
    }
    assert.deepEqual(await here.listKeys(), [])
  },

  async 'lists by id, page by page, without a hash'({ here, there }) {
    const names = ['b', 'a', 'c10', 'c1', 'B', 'a.b', 'a-b', '0']
    for (const name of names) await here.createKey(keyNamed(name))
    const sorted = [...names].sort()
    assert.deepEqual(await ids(there), sorted)

    const seen: KeySummary[] = []
    for (let after = ''; ; after = seen.at(-1)!.id) {
      const page = await there.listKeys({ after, limit: 3 })
      seen.push(...page)
      if (page.length < 3) break
    }
    assert.deepEqual(
      seen.map(({ id }) => id),
      sorted,
    )
    for (const summary of seen) assert.equal('hash' in summary, false)
  },

  async 'refuses a page of no size'({ here }) {
    for (const limit of [0, -1, 1.5, 1001, Number.NaN]) {
      await assert.rejects(async () => here.listKeys({ limit }), RangeError, String(limit))
    }
  },

  async 'shows a revoke to every handle at once'({ here, there, clock }) {
    const key = keyNamed('demo')
    await here.createKey(key)
    await assertFound(there, key)
    clock.nowMs += 5_000
    assert.deepEqual(await here.revokeKey('demo'), { status: 'revoked' })
    await assertFound(there, { ...key, revokedAtMs: START_MS + 5_000, revision: 2 })
  },

  async 'keeps the time of the first revoke'({ here, there, clock }) {
    const key = keyNamed('demo')
    await here.createKey(key)
    await here.revokeKey('demo')
    clock.nowMs += 60_000
    assert.deepEqual(await there.revokeKey('demo'), { status: 'repeat' })
    await assertFound(here, { ...key, revokedAtMs: START_MS, revision: 2 })
  },

  async 'revokes one key and no other'({ here }) {
    const keys = ['a', 'ab', 'A'].map((id) => keyNamed(id))
    for (const key of keys) await here.createKey(key)
    await here.revokeKey('a')
    const revoked = (await here.listKeys()).filter(({ revokedAtMs }) => revokedAtMs !== undefined)
    assert.deepEqual(
      revoked.map(({ id }) => id),
      ['a'],
    )
  },

  async 'remembers after all handles were closed'({ here, there, reopen }) {
    const key = keyNamed('demo')
    await here.createKey(key)
    await here.revokeKey('demo')
    await Promise.all([here.close(), there.close()])
    await assertFound(await reopen(), { ...key, revokedAtMs: START_MS, revision: 2 })
  },

  async 'can be closed twice, and answers nothing afterwards'({ here }) {
    await here.close()
    await here.close()
    await assert.rejects(async () => here.findKey('demo'))
  },
}

const MALFORMED: readonly Partial<KeyRecord>[] = [
  { id: '' },
  { id: 'a b' },
  { id: '-a' },
  { id: 'a:b' },
  { id: 'a'.repeat(65) },
  { lookup: '' },
  { lookup: 'a/b' },
  { hash: new Uint8Array(31) },
  { org: '' },
  { team: '' },
  { label: 'x'.repeat(257) },
  { createdAtMs: 1.5 },
  { expiresAtMs: Number.NaN },
  { revokedAtMs: -1 },
  { scopes: { models: [] } },
  { scopes: { addresses: ['10.0.0.0/33'] } },
  { scopes: { addresses: ['example.com'] } },
  { scopes: { origins: ['https://app.example.com/'] } },
  { scopes: { model: ['gpt-4o'] } as object },
  { scopes: { rates: { rpm: 0 } } },
  { scopes: { rates: { rps: 1 } } as object },
  { tags: { feature: 'x'.repeat(5000) } },
]
