import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { directoryConformance } from '../conformance/directory.ts'
import type { Directory } from './directory.ts'
import { issueKey } from './issue-key.ts'
import { keyHasher } from './key-hash.ts'
import type { KeyRecord } from './key-record.ts'
import { layeredDirectory } from './layered-directory.ts'
import { sqliteDirectory } from './sqlite/index.ts'
import { staticDirectory } from './static-directory.ts'

const hasher = keyHasher('a master key of thirty-two bytes or more')
const keyNamed = (id: string, org = 'acme'): KeyRecord => issueKey({ hasher, id, org }).record

const secret = { lookup: 'Ab12Cd34Ef56', hash: hasher.hash('another'), graceUntilMs: 1_000 }
const inFile = keyNamed('file')
const inStore = keyNamed('store')

async function layered({ behind = [inStore], later = false } = {}) {
  const store = sqliteDirectory(':memory:')
  for (const key of behind) await store.createKey(key)
  const back: Directory = later ? { ...store, findKey: async (lookup) => store.findKey(lookup) } : store
  return layeredDirectory({ front: staticDirectory([inFile]), back })
}

it('static: holds its keys and changes nothing', async () => {
  const directory = staticDirectory([inFile])
  expect(directory.findKey(inFile.lookup)).toEqual(inFile)
  expect(directory.findKey(inStore.lookup)).toBeUndefined()
  expect(await directory.createKey(inStore)).toEqual({ status: 'read_only' })
  expect(await directory.createKey(keyNamed('file'))).toEqual({ status: 'exists' })
  expect(await directory.revokeKey('file')).toEqual({ status: 'read_only' })
  expect(await directory.revokeKey('store')).toEqual({ status: 'unknown' })
  expect(directory.findKey(inFile.lookup)).toEqual(inFile)
})

it('static: keeps no records, and changes no key', async () => {
  const directory = staticDirectory([inFile])
  expect(await directory.changeKey('file', { team: 'red' })).toEqual({ status: 'read_only' })
  expect(await directory.rotateKey('other', secret)).toEqual({ status: 'unknown' })
  const put = await directory.records.put(
    { kind: 'team', org: 'acme', id: 'red', value: {} },
    { by: 'admin' },
  )
  expect(put).toEqual({ status: 'read_only', kept: undefined })
  expect(await directory.records.list('team', 'acme')).toEqual([])
})

it('static: lists by id, in pages, without a hash', async () => {
  const directory = staticDirectory(['c', 'a', 'b'].map((id) => keyNamed(id)))
  const page = await directory.listKeys({ after: 'a', limit: 1 })
  expect(page.map(({ id }) => id)).toEqual(['b'])
  expect(page[0]).not.toHaveProperty('hash')
})

it('static: refuses two keys of one id or one secret', () => {
  expect(() => staticDirectory([inFile, keyNamed('file')])).toThrow('two keys have the same id')
  expect(() => staticDirectory([inFile, { ...inFile, id: 'other' }])).toThrow('two keys have the same secret')
})

for (const later of [false, true]) {
  const when = later ? 'later' : 'at once'

  it(`layered: finds what is in front and what is behind it, answering ${when}`, async () => {
    const directory = await layered({ later })
    expect(await directory.findKey(inFile.lookup)).toEqual(inFile)
    expect((await directory.findKey(inStore.lookup))?.id).toBe('store')
    expect(await directory.findKey('nobody')).toBeUndefined()
    expect(directory.findKey(inStore.lookup) instanceof Promise).toBe(later)
    await directory.close()
  })

  it(`layered: a key in front takes the place of its namesake, answering ${when}`, async () => {
    const namesake = keyNamed('file', 'other')
    const directory = await layered({ behind: [namesake], later })
    expect(await directory.findKey(namesake.lookup)).toBeUndefined()
    expect((await directory.listKeys()).map(({ id, org }) => [id, org])).toEqual([['file', 'acme']])
    await directory.close()
  })
}

it('layered: writes go behind, and never touch what the file owns', async () => {
  const directory = await layered()
  expect(await directory.createKey(keyNamed('file'))).toEqual({ status: 'exists' })
  expect(await directory.createKey(keyNamed('store'))).toEqual({ status: 'exists' })
  expect(await directory.createKey(keyNamed('new'))).toEqual({ status: 'created' })
  expect(await directory.revokeKey('file')).toEqual({ status: 'read_only' })
  expect(await directory.revokeKey('new')).toEqual({ status: 'revoked' })
  expect(await directory.revokeKey('nobody')).toEqual({ status: 'unknown' })
  await directory.close()
})

it('layered: pages run through both without a gap', async () => {
  const directory = await layered({ behind: ['a', 'e', 'g', 'x'].map((id) => keyNamed(id)) })
  const seen: string[] = []
  for (let after = ''; ; after = seen.at(-1)!) {
    const page = await directory.listKeys({ after, limit: 2 })
    seen.push(...page.map(({ id }) => id))
    if (page.length < 2) break
  }
  expect(seen).toEqual(['a', 'e', 'file', 'g', 'x'])
  await directory.close()
})

it('layered: only the file changes what it states, and its secrets are nobody else’s', async () => {
  const directory = await layered()
  expect(await directory.changeKey('file', { team: 'red' })).toEqual({ status: 'read_only' })
  expect(await directory.rotateKey('file', secret)).toEqual({ status: 'read_only' })
  expect(await directory.revokeKey('file')).toEqual({ status: 'read_only' })
  expect(await directory.rotateKey('store', { ...secret, lookup: inFile.lookup })).toEqual({
    status: 'taken',
  })
  expect((await directory.changeKey('store', { team: 'red' })).status).toBe('changed')
  expect((await directory.getKey('file'))?.id).toBe('file')
  expect((await directory.getKey('store'))?.team).toBe('red')
  await directory.close()
})

directoryConformance({
  test: (name, body) => it(`layered: ${name}`, body),
  store: () => {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-layered-'))
    return {
      open: (options) =>
        layeredDirectory({
          front: staticDirectory([]),
          back: sqliteDirectory(join(folder, 'tollgate.db'), options),
        }),
      remove: () => rmSync(folder, { recursive: true }),
    }
  },
})
