import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { auditRecord } from '../../../../../test/support/audit-record.ts'
import type { AccountState } from '../../ledger/ledger.ts'
import type { AuditRecord } from '../record.ts'
import { type SqliteAudit, type SqliteAuditOptions, sqliteAudit } from './index.ts'

const DAY_MS = 86_400_000
const folders: string[] = []
const open: SqliteAudit[] = []

function file(): string {
  const made = mkdtempSync(join(tmpdir(), 'tollgate-audit-'))
  folders.push(made)
  return join(made, 'tollgate.db')
}

function audit(options?: SqliteAuditOptions, path = file()): SqliteAudit {
  const made = sqliteAudit(path, options)
  open.push(made)
  return made
}

afterEach(async () => {
  for (const made of open.splice(0)) await made.close()
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true })
})

describe('the records', () => {
  it('come back as they were, every field, the newest first', async () => {
    const sink = audit()
    const full = auditRecord({
      atMs: 1_001,
      tags: { 'a "b"': "c'd" },
      stream: true,
      fault: 'provider_timeout',
      wouldRefuse: 'budget_exceeded',
      wouldRefuseAccount: 'team:marketing',
      ending: 'aborted',
      cachedInputTokens: 1,
      cacheWriteTokens: 2,
      audioInputTokens: 3,
      audioOutputTokens: 4,
      reasoningTokens: 5,
      chargedNanoUsd: 2 ** 50,
      content: '{"messages":[]}',
    })
    const empty = auditRecord({ tags: null, attempts: [], stream: null, status: null, basis: null })
    await sink.write([empty, full])
    expect(await sink.recent()).toEqual([full, empty])
    expect(await sink.recent(1)).toEqual([full])
  })

  it('are kept once, however often a batch comes again', async () => {
    const sink = audit()
    const records = [auditRecord(), auditRecord()]
    for (let round = 0; round < 3; round += 1) await sink.write(records)
    expect(await sink.spendBy()).toMatchObject([{ requests: 2, chargedNanoUsd: 18_000n }])
  })

  it('are all kept, or none of a batch', async () => {
    const sink = audit()
    const wrong = auditRecord({ chargedNanoUsd: 'a lot' as never })
    expect(() => sink.write([auditRecord(), wrong])).toThrow()
    expect(await sink.recent()).toEqual([])
    await sink.write([auditRecord()])
    expect(await sink.recent()).toHaveLength(1)
  })

  it('are corrected by a later word on the same request, and by no earlier one', async () => {
    const sink = audit()
    const estimated = auditRecord({ endedAtMs: 1_500, basis: 'estimated', chargedNanoUsd: 70_000 })
    const exact: AuditRecord = { ...estimated, endedAtMs: 1_600, basis: 'exact', chargedNanoUsd: 50_000 }
    await sink.write([estimated, exact])
    await sink.write([estimated])
    expect(await sink.recent()).toEqual([exact])
  })

  it('of a request whose settle was lost take the charge of its expiry, and keep what they know', async () => {
    const sink = audit()
    const finished = auditRecord({ endedAtMs: 1_500, chargedNanoUsd: 9_000 })
    const expired = auditRecord({
      id: finished.id,
      ending: 'expired',
      endedAtMs: 120_000,
      chargedNanoUsd: 1_000_000,
      chargedTokens: 500,
      basis: 'unconfirmed',
      provider: null,
      inputTokens: null,
    })
    expect(sink.lacks([expired])).toEqual([expired])
    await sink.write([finished])
    expect(sink.lacks([expired])).toEqual([expired])
    await sink.write([expired])
    const charge = { endedAtMs: 120_000, chargedNanoUsd: 1_000_000, chargedTokens: 500, basis: 'unconfirmed' }
    expect(await sink.recent()).toEqual([{ ...finished, ...charge }])
    expect(sink.lacks([expired])).toEqual([])
  })

  it('of a reservation that expired give way to the late truth of its request', async () => {
    const sink = audit()
    const late = auditRecord({ endedAtMs: 130_000 })
    const expired = auditRecord({ id: late.id, ending: 'expired', endedAtMs: 120_000, basis: 'unconfirmed' })
    await sink.write([expired])
    await sink.write([late])
    await sink.write([expired])
    expect(await sink.recent()).toEqual([late])
  })
})

const org = (id: string, spent: number): AccountState => ({
  org: id,
  account: `org:${id}`,
  spent,
  reserved: 0,
  unconfirmed: 0,
  budgets: [],
})

describe('old records', () => {
  it('go, a bite with each batch, and their charges stay in the sums', async () => {
    let nowMs = 0
    const sink = audit({ keepMs: 10 * DAY_MS, clock: { now: () => nowMs } })
    await sink.write(Array.from({ length: 1200 }, () => auditRecord({ atMs: 0, chargedNanoUsd: 10 })))
    nowMs = 10 * DAY_MS
    await sink.write([auditRecord({ atMs: nowMs, chargedNanoUsd: 1 })])
    expect(await sink.recent(2000)).toHaveLength(1201)
    nowMs += 1
    const left: number[] = []
    for (let round = 0; round < 4; round += 1) {
      await sink.write([])
      left.push((await sink.recent(2000)).length)
    }
    expect(left).toEqual([701, 201, 1, 1])
    expect(await sink.unattributed([org('acme', 12_001)])).toMatchObject([{ unattributedNanoUsd: 0n }])
  })

  it('are kept for eight days at least: until then a charge may still change', () => {
    for (const keepMs of [0, 7 * DAY_MS, Number.NaN]) expect(() => audit({ keepMs })).toThrow(RangeError)
  })
})

describe('the file', () => {
  it('and its journal can be read by its owner only', async () => {
    const path = file()
    await audit({}, path).write([auditRecord()])
    for (const name of [path, `${path}-wal`, `${path}-shm`])
      expect(statSync(name).mode & 0o777, name).toBe(0o600)
  })

  it('that is already there keeps the mode its owner gave it', () => {
    const path = file()
    writeFileSync(path, '')
    chmodSync(path, 0o640)
    audit({}, path)
    expect(statSync(path).mode & 0o777).toBe(0o640)
  })

  it('of an older release gets the columns that came since, and keeps its rows', async () => {
    const path = file()
    const older = audit({}, path)
    const kept = auditRecord()
    await older.write([kept])
    await older.close()
    const db = new DatabaseSync(path)
    const later = ['images', 'audio_ms', 'characters', 'web_searches', 'service_tier']
    for (const column of later) db.exec(`ALTER TABLE audit DROP COLUMN ${column}`)
    db.close()
    const newer = audit({}, path)
    const drawn = auditRecord({ atMs: 2_000, images: 2, audioMs: 7_000, serviceTier: 'flex' })
    await newer.write([drawn])
    expect(await newer.recent()).toEqual([drawn, kept])
  })

  it('of a newer layout is refused', async () => {
    const path = file()
    await audit({}, path).close()
    const db = new DatabaseSync(path)
    db.exec('UPDATE audit_layout SET version = 2')
    db.close()
    expect(() => audit({}, path)).toThrow('the audit log has layout 2, this Tollgate knows layout 1')
  })

  it('that is being written by another process is not waited for, and nothing of the batch is kept', async () => {
    const path = file()
    const sink = audit({}, path)
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    expect(() => sink.write([auditRecord()])).toThrow(/locked/)
    other.exec('COMMIT')
    await sink.write([auditRecord()])
    expect(await sink.recent()).toHaveLength(1)
    other.close()
  })

  it('is asked while it is written, on another connection, and answers after a question that was wrong', async () => {
    const path = file()
    const sink = audit({}, path)
    await sink.write([auditRecord()])
    const answers = [sink.recent(1), sink.recent(1.5 as number), sink.spendBy()]
    const [first, wrong, last] = await Promise.allSettled(answers)
    expect([first?.status, wrong?.status, last?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('can be opened by several processes at the same moment', async () => {
    const path = file()
    const program = `
      import { sqliteAudit } from ${JSON.stringify(pathToFileURL(join(__dirname, 'index.ts')))}
      process.stdin.once('data', () => { void sqliteAudit(${JSON.stringify(path)}).close(); process.exit() })
      console.log('ready')`
    const processes = Array.from({ length: 4 }, () =>
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
})

/** Lets a plain Node process run the sources: they are modules in a package whose build is CommonJS. */
const readSources = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  const load = (url, context, next) => next(url, url.endsWith('.ts') ? { ...context, format: 'module-typescript' } : context)
  registerHooks({ load })`)}`
