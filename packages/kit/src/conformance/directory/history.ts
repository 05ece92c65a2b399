import assert from 'node:assert/strict'
import { keySummary } from '../../directory/key-record.ts'
import type { Actor, Change } from '../../directory/record-store.ts'
import { keyNamed, otherSecret, type Section, START_MS } from './bench.ts'

const ADA: Actor = { by: 'user:ada', reason: 'asked for' }
const RED = { kind: 'team', org: 'acme', id: 'red' } as const

export const HISTORY: Section = {
  async 'remembers who changed what, from what to what'({ here, there, clock }) {
    await here.records.put({ ...RED, value: { label: 'a' } }, ADA)
    clock.nowMs += 1
    await here.records.put({ ...RED, value: { label: 'b' } }, { by: 'config', owner: 'config' })
    clock.nowMs += 1
    await there.records.remove(RED, { by: 'config', owner: 'config' })
    const about = { org: 'acme', kind: 'team', id: 'red' } as const
    const config = { by: 'config', owner: 'config' } as const
    const [first, second, third] = [START_MS, START_MS + 1, START_MS + 2]
    const expected: Change[] = [
      { ...about, sequence: 3, atMs: third, actor: config, before: { label: 'b' }, after: undefined },
      { ...about, sequence: 2, atMs: second, actor: config, before: { label: 'a' }, after: { label: 'b' } },
      { ...about, sequence: 1, atMs: first, actor: ADA, before: undefined, after: { label: 'a' } },
    ]
    assert.deepEqual(await there.records.changes('acme'), expected)
  },

  async 'remembers all that has happened to a key, without what recognises it'({ here, there }) {
    const key = keyNamed('demo')
    const secret = otherSecret(START_MS + 60_000)
    await here.createKey(key, ADA)
    await here.changeKey('demo', { team: 'red' }, ADA)
    await there.rotateKey('demo', secret, ADA)
    await there.revokeKey('demo', ADA)
    await there.revokeKey('demo', ADA)
    const history = (await here.records.changes('acme')).toReversed()
    const previous = { ...key, untilMs: START_MS + 60_000 }
    const states = [
      { ...key, revision: 1 },
      { ...key, team: 'red', revision: 2 },
      { ...key, team: 'red', lookup: secret.lookup, previous, revision: 3 },
      { ...key, team: 'red', lookup: secret.lookup, revokedAtMs: START_MS, revision: 4 },
    ].map(keySummary)
    assert.deepEqual(
      history.map(({ after }) => after),
      states,
    )
    assert.deepEqual(
      history.map(({ before }) => before),
      [undefined, ...states.slice(0, -1)],
    )
    for (const { actor, kind, id } of history) assert.deepEqual([actor, kind, id], [ADA, 'key', 'demo'])
  },

  async 'has no gap, whoever writes, and each org counts for itself'({ here, there }) {
    const orgs = ['acme', 'other']
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => {
        const { records } = i % 2 ? here : there
        const record = { kind: 'user', org: orgs[i % 3 ? 0 : 1]!, id: `u${i}`, value: {} } as const
        return records.put(record, ADA)
      }),
    )
    const sequences = async (org: string) => (await here.records.changes(org)).map(({ sequence }) => sequence)
    assert.deepEqual(
      await sequences('acme'),
      Array.from({ length: 20 }, (_, i) => 20 - i),
    )
    assert.deepEqual(
      await sequences('other'),
      Array.from({ length: 10 }, (_, i) => 10 - i),
    )
  },

  async 'is read from the newest on, page by page'({ here, there }) {
    for (let i = 0; i < 7; i += 1) await here.records.put({ ...RED, value: { label: `${i}` } }, ADA)
    const seen: Change[] = []
    for (let before: number | undefined; ; before = seen.at(-1)!.sequence) {
      const page = await there.records.changes('acme', { limit: 3, ...(before && { before }) })
      seen.push(...page)
      if (page.length < 3) break
    }
    assert.deepEqual(
      seen.map(({ sequence }) => sequence),
      [7, 6, 5, 4, 3, 2, 1],
    )
  },

  async 'says nothing of what was refused'({ here }) {
    await here.createKey(keyNamed('demo'))
    await here.createKey(keyNamed('demo'))
    await here.rotateKey('nobody', otherSecret(START_MS))
    await here.records.remove(RED, ADA)
    await here.records.put({ ...RED, value: {}, ifRevision: 4 }, ADA)
    assert.equal((await here.records.changes('acme')).length, 1)
  },
}
