import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import { directoryConformance } from '../../conformance/directory.ts'
import { issueKey } from '../issue-key.ts'
import { keyHasher } from '../key-hash.ts'
import { sqliteDirectory } from './index.ts'

const hasher = keyHasher('a master key of thirty-two bytes or more')
const folders: string[] = []

/** Lets a plain Node process run the sources: they are modules in a package whose build is CommonJS. */
const readSources = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  const load = (url, context, next) => next(url, url.endsWith('.ts') ? { ...context, format: 'module-typescript' } : context)
  registerHooks({ load })`)}`

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tollgate-directory-'))
  folders.push(made)
  return made
}

afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true })
})

directoryConformance({
  test: it,
  store: () => {
    const path = join(folder(), 'tollgate.db')
    return { open: (options) => sqliteDirectory(path, options), remove: () => {} }
  },
})

it('a new file, its folder and its journal are made, for their owner only', async () => {
  const path = join(folder(), 'data', 'deeper', 'tollgate.db')
  const directory = sqliteDirectory(path)
  await directory.createKey(issueKey({ hasher, org: 'acme' }).record)
  for (const file of [path, `${path}-wal`, `${path}-shm`])
    expect(statSync(file).mode & 0o777, file).toBe(0o600)
  await directory.close()
})

it('a file that is already there keeps the mode its owner gave it', async () => {
  const path = join(folder(), 'tollgate.db')
  writeFileSync(path, '')
  chmodSync(path, 0o640)
  await sqliteDirectory(path).close()
  expect(statSync(path).mode & 0o777).toBe(0o640)
})

it('no byte of a secret reaches the disk', async () => {
  const home = folder()
  const directory = sqliteDirectory(join(home, 'tollgate.db'))
  const secrets = Array.from({ length: 50 }, (_, i) => {
    const { record, secret } = issueKey({ hasher, id: `key${i}`, org: 'acme', label: 'kept' })
    void directory.createKey(record)
    return secret
  })
  const onDisk = readdirSync(home)
    .map((name) => readFileSync(join(home, name), 'latin1'))
    .join()
  expect(onDisk).toContain('kept')
  for (const secret of secrets) expect(onDisk).not.toContain(secret.slice(16, 32))
  await directory.close()
})

it('a file of a newer layout is refused and left as it is', async () => {
  const path = join(folder(), 'tollgate.db')
  await sqliteDirectory(path).close()
  const db = new DatabaseSync(path)
  db.exec('UPDATE directory_layout SET version = 4')
  expect(() => sqliteDirectory(path)).toThrow('the directory has layout 4, this Tollgate knows layout 3')
  expect(db.prepare('SELECT version FROM directory_layout').get()).toEqual({ version: 4 })
  db.close()
})

/** As the release wrote it that knew nothing but making and revoking keys. */
const LAYOUT_1 = `
  CREATE TABLE directory_layout (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL) STRICT;
  INSERT INTO directory_layout VALUES (1, 1);
  CREATE TABLE virtual_key (
    lookup TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, hash BLOB NOT NULL CHECK (length(hash) = 32),
    org TEXT NOT NULL, team TEXT, project TEXT, user TEXT, label TEXT, tags TEXT,
    created_at_ms INTEGER NOT NULL, expires_at_ms INTEGER, revoked_at_ms INTEGER
  ) STRICT, WITHOUT ROWID;
  INSERT INTO virtual_key VALUES
    ('Ab12Cd34Ef56', 'old', zeroblob(32), 'acme', 'red', NULL, NULL, NULL, '{"a":"b"}', 1000, NULL, NULL),
    ('Gh12Cd34Ef56', 'gone', zeroblob(32), 'acme', NULL, NULL, NULL, NULL, NULL, 1000, NULL, 2000);
`

it('a file of layout 1 is brought to this one, with the keys that it has', async () => {
  const path = join(folder(), 'tollgate.db')
  const db = new DatabaseSync(path)
  db.exec(LAYOUT_1)
  db.close()
  for (const _ of ['migrated', 'opened again']) {
    const directory = sqliteDirectory(path)
    expect(await directory.listKeys()).toEqual([
      { id: 'gone', lookup: 'Gh12Cd34Ef56', org: 'acme', createdAtMs: 1000, revokedAtMs: 2000, revision: 1 },
      {
        id: 'old',
        lookup: 'Ab12Cd34Ef56',
        org: 'acme',
        team: 'red',
        tags: { a: 'b' },
        createdAtMs: 1000,
        revision: 1,
      },
    ])
    await directory.close()
  }
  const directory = sqliteDirectory(path)
  const { status } = await directory.changeKey('old', { team: 'blue', scopes: { models: ['gpt-4o'] } })
  expect(status).toBe('changed')
  expect(await directory.findKey('Ab12Cd34Ef56')).toMatchObject({ team: 'blue', revision: 2 })
  expect(await directory.records.changes('acme')).toMatchObject([{ sequence: 1, kind: 'key', id: 'old' }])
  await directory.close()
})

/** The next one, which knew no tier of a key's own. */
const LAYOUT_2 = `${LAYOUT_1}
  UPDATE directory_layout SET version = 2;
  ALTER TABLE virtual_key ADD COLUMN scopes TEXT;
  ALTER TABLE virtual_key ADD COLUMN previous_lookup TEXT;
  ALTER TABLE virtual_key ADD COLUMN previous_hash BLOB;
  ALTER TABLE virtual_key ADD COLUMN previous_until_ms INTEGER;
  ALTER TABLE virtual_key ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
`

it.each([LAYOUT_1, LAYOUT_2])('a key of an older layout is given a tier of its own', async (layout) => {
  const path = join(folder(), 'tollgate.db')
  const db = new DatabaseSync(path)
  db.exec(layout)
  db.close()
  const directory = sqliteDirectory(path)
  expect((await directory.changeKey('old', { tier: 'slow' })).status).toBe('changed')
  expect(await directory.findKey('Ab12Cd34Ef56')).toMatchObject({ tier: 'slow', team: 'red' })
  await directory.close()
})

it('a file that is no database is refused', () => {
  const path = join(folder(), 'tollgate.db')
  writeFileSync(path, 'not a database, and longer than the header of one: '.repeat(20))
  expect(() => sqliteDirectory(path)).toThrow('file is not a database')
})

it('it shares a file with tables of others', async () => {
  const path = join(folder(), 'tollgate.db')
  const db = new DatabaseSync(path)
  db.exec('CREATE TABLE account (id TEXT); INSERT INTO account VALUES (1); PRAGMA user_version = 7')
  const directory = sqliteDirectory(path)
  await directory.createKey(issueKey({ hasher, org: 'acme' }).record)
  await directory.close()
  expect(db.prepare('SELECT count(*) AS n FROM account').get()).toEqual({ n: 1 })
  expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 7 })
  db.close()
})

it('a lookup is one search of one tree', () => {
  const path = join(folder(), 'tollgate.db')
  void sqliteDirectory(path).close()
  const db = new DatabaseSync(path)
  const planOf = (column: string) =>
    db
      .prepare(`EXPLAIN QUERY PLAN SELECT hash, org FROM virtual_key WHERE ${column} = 'x'`)
      .all()
      .map(({ detail }) => detail)
  expect(planOf('lookup')).toEqual(['SEARCH virtual_key USING PRIMARY KEY (lookup=?)'])
  const previous = 'SEARCH virtual_key USING INDEX virtual_key_previous (previous_lookup=?)'
  expect(planOf('previous_lookup')).toEqual([previous])
  db.close()
})

it('several processes may open a new file at the same moment', async () => {
  const path = join(folder(), 'tollgate.db')
  const program = `
    import { sqliteDirectory } from ${JSON.stringify(pathToFileURL(join(__dirname, 'index.ts')))}
    process.stdin.once('data', () => { sqliteDirectory(${JSON.stringify(path)}).close(); process.exit() })
    console.log('ready')`
  const processes = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ['--import', readSources, '--input-type=module', '--eval', program]),
  )
  await Promise.all(processes.map((child) => once(child.stdout, 'data')))
  const ended = processes.map(async (child) => {
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    return { stderr, code }
  })
  for (const child of processes) child.stdin.write('go')
  for (const { stderr, code } of await Promise.all(ended)) expect(code, stderr).toBe(0)
})

it('random histories on two handles agree with a map', async () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd')
  const command = fc.record({ what: fc.constantFrom('create', 'revoke', 'find'), name, there: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 30 }), async (history) => {
      const path = join(folder(), 'tollgate.db')
      const clock = { now: () => 1_000 }
      const handles = [sqliteDirectory(path, { clock }), sqliteDirectory(path, { clock })] as const
      const model = new Map<string, { lookup: string; revoked: boolean }>()
      for (const { what, name, there } of history) {
        const directory = handles[there ? 1 : 0]
        const known = model.get(name)
        if (what === 'create') {
          const { record } = issueKey({ hasher, id: name, org: 'acme' })
          expect((await directory.createKey(record)).status).toBe(known ? 'exists' : 'created')
          if (!known) model.set(name, { lookup: record.lookup, revoked: false })
        } else if (what === 'revoke') {
          const expected = !known ? 'unknown' : known.revoked ? 'repeat' : 'revoked'
          expect((await directory.revokeKey(name)).status).toBe(expected)
          if (known) known.revoked = true
        } else if (known) {
          const found = await directory.findKey(known.lookup)
          expect(found?.revokedAtMs).toBe(known.revoked ? 1_000 : undefined)
        }
      }
      const listed = (await handles[0].listKeys()).map(({ id }) => id)
      expect(listed).toEqual([...model.keys()].sort())
      await Promise.all(handles.map((handle) => handle.close()))
    }),
    { numRuns: 40 },
  )
})
