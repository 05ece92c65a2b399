import assert from 'node:assert/strict'
import { nanoUsd } from '../../core/money.ts'
import type { Actor, Kept } from '../../directory/record-store.ts'
import type { RecordKind, Records } from '../../directory/records.ts'
import { type Section, START_MS } from './bench.ts'

const ADMIN: Actor = { by: 'admin' }
const CONFIG: Actor = { by: 'config', owner: 'config' }
const RED = { kind: 'team', org: 'acme', id: 'red' } as const

/** One of each kind, with every field that it may have. */
const FULL: { readonly [Kind in RecordKind]: Records[Kind] } = {
  org: { label: 'Acme', tier: 'default' },
  team: { label: 'Red', tier: 'default', costCenter: '4711', projectRequired: true, leads: ['ada'] },
  project: { label: 'Søk', team: 'red', tier: 'project' },
  user: { label: 'Ada', team: 'red', tier: 'default', role: 'team-lead' },
  tier: {
    label: 'Default',
    models: ['gpt-4o-mini', 'claude-haiku-*'],
    endpoints: ['images'],
    approval: 'team-lead',
    rank: 1,
    caps: { maxInputTokens: 1000, maxOutputTokens: 100, maxCostNanoUsd: nanoUsd(1) },
  },
  access_request: {
    models: ['gpt-4o'],
    tier: 'project',
    account: 'team:red',
    by: 'ada',
    reason: 'a launch',
    raise: { budget: 'daily', nanoUsd: nanoUsd(50) },
    rates: { rpm: 60, tpm: 1000, concurrency: 2 },
    askedAtMs: START_MS,
    lastsMs: 1,
    state: 'approved',
    decided: { by: 'bob', atMs: START_MS, reason: 'yes', grant: 'g1' },
  },
  grant: {
    models: ['gpt-4o'],
    account: 'team:red',
    approvedBy: 'bob',
    reason: 'a launch',
    fromMs: START_MS,
    untilMs: START_MS + 1,
    request: 'r1',
    revoked: { by: 'bob', atMs: START_MS },
  },
  budgets: { budgets: [{ limit_usd: '5', period: 'daily', mode: 'hard' }] },
}

const MALFORMED: readonly (readonly [RecordKind, string, object])[] = [
  ['team', '', {}],
  ['team', 'a\u0000b', {}],
  ['team', 'x'.repeat(257), {}],
  ['team', 'red', { leads: 'ada' }],
  ['team', 'red', { colour: 'red' }],
  ['org', 'other', {}],
  ['user', 'ada', { role: 'king' }],
  ['tier', 'default', { models: ['*'] }],
  ['tier', 'default', { models: ['*'], rank: 1, caps: { maxCostNanoUsd: 0.5 } }],
  ['grant', 'g1', { account: 'team:red', approvedBy: 'bob', reason: 'x', fromMs: 1 }],
  ['budgets', 'team:red', {}],
  ['budgets', 'team:red', { budgets: [{ limit_usd: '5', period: 'fortnightly' }] }],
]

export const RECORDS: Section = {
  async 'keeps records of every kind, whole'({ here, there, clock }) {
    for (const [kind, value] of Object.entries(FULL)) {
      const id = kind === 'org' ? 'acme' : 'one'
      const record = { kind: kind as RecordKind, org: 'acme', id, value }
      clock.nowMs += 1
      const kept = { ...record, revision: 1, owner: 'directory', changedAtMs: clock.nowMs }
      assert.deepEqual(await here.records.put(record, ADMIN), { status: 'created', kept })
      assert.deepEqual(await there.records.get(record.kind, 'acme', id), kept)
      assert.deepEqual(await there.records.list(record.kind, 'acme'), [kept])
    }
  },

  async 'knows nothing that nobody has put there'({ here }) {
    assert.equal(await here.records.get('team', 'acme', 'red'), undefined)
    assert.deepEqual(await here.records.list('team', 'acme'), [])
    assert.deepEqual(await here.records.remove(RED, ADMIN), { status: 'unknown' })
    assert.deepEqual(await here.records.changes('acme'), [])
  },

  async 'keeps orgs and kinds apart'({ here }) {
    await here.records.put({ ...RED, value: { label: 'a' } }, ADMIN)
    await here.records.put({ ...RED, org: 'acme2', value: { label: 'b' } }, ADMIN)
    await here.records.put({ ...RED, kind: 'project', value: { label: 'c' } }, ADMIN)
    await here.records.remove(RED, ADMIN)
    assert.equal((await here.records.get('team', 'acme2', 'red'))?.value.label, 'b')
    assert.equal((await here.records.get('project', 'acme', 'red'))?.value.label, 'c')
    assert.equal(await here.records.get('team', 'acme', 'red'), undefined)
  },

  async 'counts revisions, and changes nothing where nothing is new'({ here, there }) {
    await here.records.put({ ...RED, value: { label: 'a' } }, ADMIN)
    const same = await there.records.put({ ...RED, value: { label: 'a' } }, ADMIN)
    assert.deepEqual([same.status, same.kept?.revision], ['unchanged', 1])
    const next = await there.records.put({ ...RED, value: { label: 'b' } }, ADMIN)
    assert.deepEqual([next.status, next.kept?.revision], ['changed', 2])
    assert.equal((await here.records.changes('acme')).length, 2)
  },

  async 'changes only the revision that was asked for'({ here, there }) {
    const value = { label: 'a' }
    const early = await here.records.put({ ...RED, value, ifRevision: 1 }, ADMIN)
    assert.deepEqual(early, { status: 'conflict', kept: undefined })
    const made = await here.records.put({ ...RED, value, ifRevision: 0 }, ADMIN)
    assert.deepEqual(await there.records.put({ ...RED, value: {}, ifRevision: 0 }, ADMIN), {
      status: 'conflict',
      kept: made.kept,
    })
    assert.deepEqual(await there.records.remove({ ...RED, ifRevision: 2 }, ADMIN), { status: 'conflict' })
    assert.deepEqual(await there.records.remove({ ...RED, ifRevision: 1 }, ADMIN), { status: 'removed' })
    assert.equal(await here.records.get('team', 'acme', 'red'), undefined)
  },

  async 'gives no revision twice, not even to what is made anew'({ here, there, reopen }) {
    const [old, anew] = [{ label: 'old' }, { label: 'anew' }]
    await here.records.put({ ...RED, value: old }, ADMIN)
    await here.records.remove({ ...RED, ifRevision: 1 }, ADMIN)
    const made = await there.records.put({ ...RED, value: anew, ifRevision: 0 }, ADMIN)
    assert.deepEqual([made.status, made.kept?.revision], ['created', 3])
    assert.equal((await here.records.get('team', 'acme', 'red'))?.revision, 3)
    for (const ifRevision of [1, 2]) {
      assert.equal((await here.records.put({ ...RED, value: old, ifRevision }, ADMIN)).status, 'conflict')
      assert.equal((await here.records.remove({ ...RED, ifRevision }, ADMIN)).status, 'conflict')
    }
    await there.records.remove(RED, ADMIN)
    const again = await (await reopen()).records.put({ ...RED, value: anew }, ADMIN)
    assert.deepEqual([again.status, again.kept?.revision], ['created', 5])
    const other = await here.records.put({ ...RED, id: 'other', value: anew }, ADMIN)
    assert.equal(other.kept?.revision, 1)
  },

  async 'gives no revision twice where many make and take away at once'({ here, there }) {
    const made = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const { records } = i % 2 ? here : there
        const { status, kept } = await records.put({ ...RED, value: { label: `${i}` } }, ADMIN)
        await records.remove(RED, ADMIN)
        return { status, revision: kept?.revision }
      }),
    )
    assert.equal(new Set(made.map(({ revision }) => revision)).size, made.length)
    assert.ok(made.every(({ status }) => status === 'created' || status === 'changed'))
  },

  async 'lets one of many have the revision that all of them saw'({ here, there }) {
    await here.records.put({ ...RED, value: { label: 'seen' } }, ADMIN)
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? here : there).records.put({ ...RED, value: { label: `by ${i}` }, ifRevision: 1 }, ADMIN),
      ),
    )
    assert.equal(results.filter(({ status }) => status === 'changed').length, 1)
    assert.equal(results.filter(({ status }) => status === 'conflict').length, 9)
    assert.equal((await here.records.get('team', 'acme', 'red'))?.revision, 2)
  },

  async 'lets only the config change what the config owns'({ here, there }) {
    const made = await here.records.put({ ...RED, value: { label: 'a' } }, CONFIG)
    const refused = await there.records.put({ ...RED, value: { label: 'b' } }, ADMIN)
    assert.deepEqual(refused, { status: 'read_only', kept: made.kept })
    assert.deepEqual(await there.records.remove(RED, ADMIN), { status: 'read_only' })
    assert.equal((await there.records.put({ ...RED, value: { label: 'b' } }, CONFIG)).status, 'changed')
    assert.deepEqual(await there.records.remove(RED, CONFIG), { status: 'removed' })
  },

  async 'lets the config take over what was made by hand'({ here }) {
    await here.records.put({ ...RED, value: { label: 'a' } }, ADMIN)
    const taken = await here.records.put({ ...RED, value: { label: 'a' } }, CONFIG)
    assert.deepEqual([taken.status, taken.kept?.owner, taken.kept?.revision], ['changed', 'config', 2])
  },

  async 'lists by id, page by page'({ here, there }) {
    const names = ['b', 'a', 'a b', 'a:b', 'ada@example.org', 'é', '10', '1', '中', '😀', '\uffee']
    for (const id of names) await here.records.put({ kind: 'user', org: 'acme', id, value: {} }, ADMIN)
    const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    const seen: Kept[] = []
    for (let after = ''; ; after = seen.at(-1)!.id) {
      const page = await there.records.list('user', 'acme', { after, limit: 3 })
      seen.push(...page)
      if (page.length < 3) break
    }
    assert.deepEqual(
      seen.map(({ id }) => id),
      sorted,
    )
    for (const id of names) assert.equal((await there.records.get('user', 'acme', id))?.id, id)
  },

  async 'keeps no malformed record and no page of no size'({ here }) {
    for (const [kind, id, value] of MALFORMED) {
      const put = async () => here.records.put({ kind, org: 'acme', id, value: value as never }, ADMIN)
      await assert.rejects(put, RangeError, JSON.stringify([kind, id, value]))
    }
    for (const limit of [0, 1.5, 1001]) {
      await assert.rejects(async () => here.records.list('team', 'acme', { limit }), RangeError)
      await assert.rejects(async () => here.records.changes('acme', { limit }), RangeError)
    }
    assert.deepEqual(await here.records.changes('acme'), [])
  },
}
