import assert from 'node:assert/strict'
import type { Clock } from '../core/clock.ts'
import type { Directory } from '../directory/directory.ts'
import { keyHasher } from '../directory/key-hash.ts'
import { issueKey, type KeyRecord, type KeySummary } from '../directory/key-record.ts'

export interface DirectoryConformanceOptions {
  /** The test runner's own: `test` of vitest, Jest or node:test. */
  readonly test: (name: string, body: () => Promise<void>) => void
  /** Makes an empty store; the suite asks for one per test. */
  readonly store: () => DirectoryStore | Promise<DirectoryStore>
}

/** One store, which several processes could open. */
export interface DirectoryStore {
  open(options: { readonly clock: Clock }): Directory | Promise<Directory>
  remove(): void | Promise<void>
}

/** What a test is given: two handles on one empty store, as two processes would have, and the time. */
interface Bench {
  readonly here: Directory
  readonly there: Directory
  readonly reopen: () => Promise<Directory>
  readonly clock: { nowMs: number }
}

const START_MS = Date.UTC(2026, 10, 21)
const hasher = keyHasher('a master key for the suite alone, 32 bytes or more')

const keyNamed = (id: string, more: Partial<KeyRecord> = {}): KeyRecord => ({
  ...issueKey({ hasher, id, org: 'acme', clock: { now: () => START_MS } }).record,
  ...more,
})

/**
 * Hold a directory to its interface.
 *
 * @example
 * directoryConformance({ test, store: () => ({ open: ({ clock }) => myDirectory(url, { clock }), remove: () => wipe(url) }) })
 */
export function directoryConformance({ test, store }: DirectoryConformanceOptions): void {
  for (const [name, check] of Object.entries(CHECKS)) {
    test(`directory: ${name}`, async () => {
      const opened: Directory[] = []
      const made = await store()
      const clock = { nowMs: START_MS }
      const reopen = async () => {
        const directory = await made.open({ clock: { now: () => clock.nowMs } })
        opened.push(directory)
        return directory
      }
      try {
        await check({ here: await reopen(), there: await reopen(), reopen, clock })
      } finally {
        for (const directory of opened) await directory.close()
        await made.remove()
      }
    })
  }
}

const CHECKS: Record<string, (bench: Bench) => Promise<void>> = {
  async 'is empty at first'({ here }) {
    assert.deepEqual(await here.listKeys(), [])
    assert.equal(await here.findKey('Ab12Cd34Ef56'), undefined)
    assert.deepEqual(await here.revokeKey('nobody'), { status: 'unknown' })
  },

  async 'gives back every field as it was kept'({ here, there }) {
    const full = keyNamed('full', {
      team: 'marketing',
      project: 'søk',
      user: 'ada@example.org',
      label: 'Ada’s laptop “#1”; DROP TABLE virtual_key',
      tags: { feature: 'search', 'cost center': 'é' },
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
    await assertFound(there, { ...key, revokedAtMs: START_MS + 5_000 })
  },

  async 'keeps the time of the first revoke'({ here, there, clock }) {
    const key = keyNamed('demo')
    await here.createKey(key)
    await here.revokeKey('demo')
    clock.nowMs += 60_000
    assert.deepEqual(await there.revokeKey('demo'), { status: 'repeat' })
    await assertFound(here, { ...key, revokedAtMs: START_MS })
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
    await assertFound(await reopen(), { ...key, revokedAtMs: START_MS })
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
  { tags: { feature: 'x'.repeat(5000) } },
]

async function ids(directory: Directory): Promise<string[]> {
  return (await directory.listKeys()).map(({ id }) => id)
}

/** The key is there, equal in every field, and shown in lists likewise. */
async function assertFound(directory: Directory, expected: KeyRecord): Promise<void> {
  const { hash, ...summary } = expected
  const found = await directory.findKey(expected.lookup)
  assert.ok(found, `${expected.id} is not found`)
  assert.deepEqual({ ...found, hash: Buffer.from(found.hash) }, { ...summary, hash: Buffer.from(hash) })
  const listed = (await directory.listKeys()).find(({ id }) => id === expected.id)
  assert.deepEqual(listed, summary)
}
