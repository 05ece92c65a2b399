import { appendFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { auditRecord as record } from '../../../../test/support/audit-record.ts'
import { ndjsonAudit } from './ndjson.ts'

const folders: string[] = []

function file(): string {
  const made = mkdtempSync(join(tmpdir(), 'tollgate-audit-'))
  folders.push(made)
  return join(made, 'deeper', 'audit.ndjson')
}

afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true })
})

const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n')

it('a record is a line, and every field comes back as it was, the largest amounts too', async () => {
  const path = file()
  const sink = ndjsonAudit(path)
  const records = [record(), record({ chargedNanoUsd: 2 ** 50 - 1, tags: { 'line\nbreak': '"\u2028' } })]
  await sink.write(records)
  await sink.close?.()
  const lines = linesOf(path)
  expect(lines.pop()).toBe('')
  expect(lines.map((line) => JSON.parse(line))).toEqual(records)
})

it('only its owner can read the file', async () => {
  const path = file()
  const sink = ndjsonAudit(path)
  await sink.write([record()])
  expect(statSync(path).mode & 0o777).toBe(0o600)
  await sink.close?.()
})

it('a second process appends', async () => {
  const path = file()
  const sinks = [ndjsonAudit(path), ndjsonAudit(path)]
  for (const sink of sinks) await sink.write([record()])
  for (const sink of sinks) await sink.write([record()])
  expect(linesOf(path)).toHaveLength(5)
  for (const sink of sinks) await sink.close?.()
})

it('a file that was rotated away is let go, and a new one begun', async () => {
  const path = file()
  const sink = ndjsonAudit(path)
  await sink.write([record({ requestId: 'old' })])
  renameSync(path, `${path}.1`)
  await sink.write([record({ requestId: 'new' })])
  expect(linesOf(`${path}.1`)[0]).toContain('"old"')
  expect(linesOf(path)[0]).toContain('"new"')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  rmSync(path)
  await sink.write([record()])
  expect(existsSync(path)).toBe(true)
  await sink.close?.()
})

it('half a line that a dead process left does not spoil the next record', async () => {
  const path = file()
  const first = ndjsonAudit(path)
  await first.write([record()])
  await first.close?.()
  appendFileSync(path, '{"id":"01')
  const second = ndjsonAudit(path)
  const kept = record()
  await second.write([kept])
  await second.close?.()
  const lines = linesOf(path)
  expect([lines[1], JSON.parse(lines[2]!), lines.length]).toEqual(['{"id":"01', kept, 4])
})

it('a path that is no file is the write\u2019s failure, not the start\u2019s', async () => {
  const path = file()
  const sink = ndjsonAudit(join(path, '..'))
  await expect((async () => sink.write([record()]))()).resolves.toBeUndefined()
  const inside = ndjsonAudit(join(path, '..', 'audit.ndjson'))
  await expect((async () => inside.write([record()]))()).rejects.toThrow(/ENOTDIR|EEXIST/)
  await sink.close?.()
})
