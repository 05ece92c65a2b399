import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { afterEach, describe, expect, it, test } from 'vitest'
import { auditRecord } from '../../../../../test/support/audit-record.ts'
import type { AccountState } from '../../ledger/ledger.ts'
import type { AuditRecord } from '../record.ts'
import { type SpendGroup, type SqliteAudit, type SqliteAuditOptions, sqliteAudit } from './index.ts'

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

describe('spend', () => {
  const records = [
    auditRecord({ team: 'marketing', chargedNanoUsd: 5, cachedInputTokens: 3, audioOutputTokens: 4 }),
    auditRecord({ team: 'marketing', chargedNanoUsd: 7, basis: 'estimated', servedModel: 'gpt-4o' }),
    auditRecord({ team: 'search', chargedNanoUsd: 100, basis: 'unconfirmed', tags: { feature: 'rank' } }),
    auditRecord({ team: 'search', decision: 'budget_exceeded', servedModel: null, chargedNanoUsd: 0 }),
    auditRecord({ org: null, team: null, tags: null, decision: 'invalid_api_key', chargedNanoUsd: 0 }),
    auditRecord({ team: 'search', decision: 'undecided', ending: 'aborted', atMs: 5_000, chargedNanoUsd: 0 }),
  ]
  const filled = async () => {
    const sink = audit()
    await sink.write(records)
    return sink
  }

  it('is told as one sum', async () => {
    expect(await (await filled()).spendBy()).toEqual([
      {
        by: {},
        requests: 6,
        refused: 2,
        inputTokens: 123,
        outputTokens: 64,
        chargedNanoUsd: 112n,
        estimatedNanoUsd: 7n,
        unconfirmedNanoUsd: 100n,
      },
    ])
    expect(await audit().spendBy()).toMatchObject([{ requests: 0, chargedNanoUsd: 0n }])
  })

  it('is told by groups, the dearest first', async () => {
    const rows = await (await filled()).spendBy({ groupBy: ['team', 'model'] })
    expect(
      rows.map(({ by, requests, chargedNanoUsd }) => [by.team, by.model, requests, chargedNanoUsd]),
    ).toEqual([
      ['search', 'gpt-4o-mini', 3, 100n],
      ['marketing', 'gpt-4o', 1, 7n],
      ['marketing', 'gpt-4o-mini', 1, 5n],
      [null, 'gpt-4o-mini', 1, 0n],
    ])
    expect(await (await filled()).spendBy({ groupBy: ['team'], limit: 1 })).toHaveLength(1)
  })

  it('is told by a tag, whatever its name', async () => {
    const sink = await filled()
    const odd = `it's a."b" $[0]`
    await sink.write([auditRecord({ tags: { [odd]: 'yes' }, chargedNanoUsd: 1_000 })])
    const byFeature = await sink.spendBy({ groupBy: ['tag:feature'] })
    expect(byFeature.map(({ by, chargedNanoUsd }) => [by['tag:feature'], chargedNanoUsd])).toEqual([
      [null, 1_000n],
      ['rank', 100n],
      ['search', 12n],
    ])
    const [first] = await sink.spendBy({ groupBy: [`tag:${odd}`, 'tag:feature'] })
    expect(first?.by).toEqual({ [`tag:${odd}`]: 'yes', 'tag:feature': null })
  })

  it('is told of a span: from its first moment, and not its last', async () => {
    const sink = await filled()
    const count = async (sinceMs?: number, untilMs?: number) =>
      (await sink.spendBy({ ...(sinceMs && { sinceMs }), ...(untilMs && { untilMs }) }))[0]?.requests
    expect([await count(5_000), await count(5_001), await count(1, 5_000), await count(1, 1_000)]).toEqual([
      1, 0, 5, 0,
    ])
  })

  it('is not told by what there is not, and no name of a group is taken for SQL', async () => {
    const sink = audit()
    for (const group of ['teams', 'id; DROP TABLE audit', 'toString', '']) {
      await expect(sink.spendBy({ groupBy: [group as SpendGroup] })).rejects.toThrow(RangeError)
    }
  })

  it('is exact beyond what a number holds', async () => {
    const sink = audit()
    const charged = 2 ** 50 - 1
    await sink.write(Array.from({ length: 20 }, () => auditRecord({ chargedNanoUsd: charged })))
    expect((await sink.spendBy())[0]?.chargedNanoUsd).toBe(20n * BigInt(charged))
  })

  it('agrees with a sum by hand, for any records and groups', async () => {
    const name = fc.constantFrom('a', 'b', null)
    const fields = fc.record({
      team: name,
      user: name,
      provider: name,
      chargedNanoUsd: fc.integer({ min: 0, max: 2 ** 50 }),
    })
    const groups = fc.subarray<SpendGroup>(['team', 'user', 'provider'])
    await fc.assert(
      fc.asyncProperty(fc.array(fields, { maxLength: 30 }), groups, async (all, groupBy) => {
        const sink = sqliteAudit(':memory:')
        await sink.write(all.map(auditRecord))
        const byHand = new Map<string, bigint>()
        for (const each of all) {
          const group = JSON.stringify(groupBy.map((field) => each[field as 'team']))
          byHand.set(group, (byHand.get(group) ?? 0n) + BigInt(each.chargedNanoUsd))
        }
        if (groupBy.length === 0 && all.length === 0) byHand.set('[]', 0n)
        const rows = await sink.spendBy({ groupBy })
        expect(
          new Map(rows.map(({ by, chargedNanoUsd }) => [JSON.stringify(Object.values(by)), chargedNanoUsd])),
        ).toEqual(byHand)
        await sink.close()
      }),
      { numRuns: 50 },
    )
  })
})

test('what would have been refused is told by code and account', async () => {
  const sink = audit()
  const budget = { wouldRefuse: 'budget_exceeded', wouldRefuseAccount: 'team:marketing' } as const
  await sink.write([
    auditRecord({ ...budget, atMs: 10, chargedNanoUsd: 3 }),
    auditRecord({ ...budget, atMs: 20, chargedNanoUsd: 4 }),
    auditRecord({ wouldRefuse: 'model_not_allowed', wouldRefuseAccount: 'key:demo', atMs: 30 }),
    auditRecord(),
  ])
  expect(await sink.wouldRefuse({ untilMs: 30 })).toEqual([
    {
      code: 'budget_exceeded',
      account: 'team:marketing',
      requests: 2,
      chargedNanoUsd: 7n,
      firstAtMs: 10,
      lastAtMs: 20,
    },
  ])
  expect((await sink.wouldRefuse()).map(({ code }) => code)).toEqual(['budget_exceeded', 'model_not_allowed'])
})

const org = (id: string, spent: number): AccountState => ({
  account: `org:${id}`,
  spent,
  reserved: 0,
  unconfirmed: 0,
  budgets: [],
})

test('what no record explains is unattributed', async () => {
  const sink = audit()
  await sink.write([auditRecord({ chargedNanoUsd: 30 }), auditRecord({ org: 'other', chargedNanoUsd: 8 })])
  const team: AccountState = { ...org('', 50), account: 'team:marketing' }
  expect(await sink.unattributed([org('acme', 50), org('other', 5), org('new', 1), team])).toEqual([
    { org: 'acme', spentNanoUsd: 50n, recordedNanoUsd: 30n, unattributedNanoUsd: 20n },
    { org: 'other', spentNanoUsd: 5n, recordedNanoUsd: 8n, unattributedNanoUsd: -3n },
    { org: 'new', spentNanoUsd: 1n, recordedNanoUsd: 0n, unattributedNanoUsd: 1n },
  ])
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
