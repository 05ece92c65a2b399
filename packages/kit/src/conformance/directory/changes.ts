import assert from 'node:assert/strict'
import { assertFound, keyNamed, otherSecret, type Section, START_MS } from './bench.ts'

export const CHANGES: Section = {
  async 'changes what is named, and leaves the rest'({ here, there }) {
    const key = keyNamed('demo', { team: 'red', label: 'old', tags: { feature: 'search' } })
    await here.createKey(key)
    const scopes = { models: ['gpt-4o-mini'] }
    const result = await here.changeKey('demo', {
      team: 'blue',
      label: null,
      scopes,
      expiresAtMs: START_MS + 1,
    })
    const { label: _, ...rest } = key
    const changed = { ...rest, team: 'blue', scopes, expiresAtMs: START_MS + 1, revision: 2 }
    assert.equal(result.status, 'changed')
    await assertFound(there, changed)
    await there.changeKey('demo', { scopes: null, team: null, expiresAtMs: null })
    const { team: __, scopes: ___, expiresAtMs: ____, ...bare } = changed
    await assertFound(here, { ...bare, revision: 3 })
  },

  async 'says why a key is not changed'({ here }) {
    assert.deepEqual(await here.changeKey('nobody', { team: 'blue' }), { status: 'unknown' })
    assert.deepEqual(await here.rotateKey('nobody', otherSecret(START_MS)), { status: 'unknown' })
    await here.createKey(keyNamed('demo'))
    await here.revokeKey('demo')
    assert.deepEqual(await here.changeKey('demo', { team: 'blue' }), { status: 'revoked' })
    assert.deepEqual(await here.rotateKey('demo', otherSecret(START_MS + 1)), { status: 'revoked' })
  },

  async 'changes only the revision that was asked for, where one was'({ here, there }) {
    const key = keyNamed('demo')
    await here.createKey(key)
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        (i % 2 ? here : there).changeKey('demo', { label: `by ${i}`, ifRevision: 1 }),
      ),
    )
    assert.deepEqual(
      results.map(({ status }) => status).toSorted(),
      ['changed', ...Array(5).fill('conflict')].toSorted(),
    )
    const secret = otherSecret(START_MS + 1)
    assert.deepEqual(await there.rotateKey('demo', { ...secret, ifRevision: 1 }), { status: 'conflict' })
    assert.equal((await there.rotateKey('demo', { ...secret, ifRevision: 2 })).status, 'changed')
  },

  async 'revokes only at the revision that was asked for, whoever changes it meanwhile'({ here, there }) {
    await here.createKey(keyNamed('demo'))
    await there.changeKey('demo', { label: 'new' })
    assert.deepEqual(await here.revokeKey('demo', undefined, { ifRevision: 1 }), { status: 'conflict' })
    const [revoked, changed] = await Promise.all([
      here.revokeKey('demo', undefined, { ifRevision: 2 }),
      there.changeKey('demo', { label: 'newer', ifRevision: 2 }),
    ])
    const key = await here.getKey('demo')
    assert.equal(key?.revision, 3)
    assert.deepEqual(
      [revoked.status, changed.status],
      key.revokedAtMs === undefined ? ['conflict', 'changed'] : ['revoked', 'revoked'],
    )
  },

  async 'keeps no change that makes a key malformed'({ here }) {
    const key = keyNamed('demo')
    await here.createKey(key)
    for (const wrong of [{ team: '' }, { expiresAtMs: 1.5 }, { scopes: { addresses: ['nowhere'] } }])
      await assert.rejects(async () => here.changeKey('demo', wrong), RangeError, JSON.stringify(wrong))
    await assertFound(here, key)
  },

  async 'loses no change of several that are made at the same time'({ here, there }) {
    await here.createKey(keyNamed('demo'))
    await Promise.all([
      ...Array.from({ length: 5 }, (_, i) => here.changeKey('demo', { label: `here ${i}` })),
      ...Array.from({ length: 5 }, (_, i) => there.changeKey('demo', { team: `there ${i}` })),
    ])
    const [key] = await here.listKeys()
    assert.equal(key?.revision, 11)
    assert.match(key.label ?? '', /^here/)
    assert.match(key.team ?? '', /^there/)
  },

  async 'shows every key that stays, however many change while they are listed'({ here, there }) {
    const names = Array.from({ length: 30 }, (_, i) => `k${String(i).padStart(2, '0')}`)
    for (const name of names) await here.createKey(keyNamed(name))
    const seen: string[] = []
    for (let after = ''; ; after = seen.at(-1)!) {
      const [page] = await Promise.all([
        here.listKeys({ after, limit: 7 }),
        ...names.slice(0, 20).map((id) => there.rotateKey(id, otherSecret(0))),
        there.createKey(keyNamed(`j${seen.length}`)),
      ])
      seen.push(...page.map(({ id }) => id))
      if (page.length < 7) break
    }
    assert.deepEqual(
      seen.filter((id) => id.startsWith('k')),
      names,
    )
  },
}
