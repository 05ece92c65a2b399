import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { ownersConformance } from '../../conformance/owners.ts'
import { sqliteOwners } from './sqlite-owners.ts'

const folders: string[] = []

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-owners-'))
  folders.push(folder)
  return join(folder, 'tollgate.db')
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

ownersConformance({
  test,
  store: () => {
    const path = file()
    return { open: (clock) => sqliteOwners(path, { clock }), advance: () => {}, remove: () => {} }
  },
})

const claim = { owner: 'ada', provider: 'openai', ids: ['resp_secret'], ttlMs: 60_000 }

test('what was claimed survives a restart, in a file that its owner alone can read, and without the id', async () => {
  const path = file()
  const before = sqliteOwners(path)
  await before.claim(claim)
  await before.close()
  const after = sqliteOwners(path)
  expect((await after.find('openai', claim.ids)).size).toBe(1)
  await after.close()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const db = new DatabaseSync(path)
  expect(JSON.stringify(db.prepare('SELECT * FROM owner_thing').all())).not.toContain('resp_secret')
  db.close()
})

test('takes out what has expired as others come', async () => {
  const path = file()
  let nowMs = Date.UTC(2026, 10, 21)
  const owners = sqliteOwners(path, { clock: { now: () => nowMs } })
  for (let at = 0; at < 100; at += 1) await owners.claim({ ...claim, ids: [`old-${at}`] })
  nowMs += 60_001
  for (let at = 0; at < 4; at += 1) await owners.claim({ ...claim, ids: [`new-${at}`] })
  await owners.close()
  const db = new DatabaseSync(path)
  expect(db.prepare('SELECT count(*) AS things FROM owner_thing').get()!.things).toBe(4)
  db.close()
})
