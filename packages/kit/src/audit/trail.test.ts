import { memoryLedger } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { auditRecord } from '../../../../test/support/audit-record.ts'
import { nanoUsd } from '../core/money.ts'
import type { ExpiredReservation, Ledger } from '../ledger/ledger.ts'
import { expiredRecord } from './expired-record.ts'
import type { AuditRecord } from './record.ts'
import type { AuditSink } from './sink.ts'
import { sqliteAudit } from './sqlite/index.ts'
import { auditTrail } from './trail.ts'

/** A sink that keeps its records in a list. */
function listSink(name = 'list'): AuditSink & { readonly records: AuditRecord[]; closed: boolean } {
  const records: AuditRecord[] = []
  return {
    name,
    records,
    closed: false,
    write: (batch) => void records.push(...batch),
    close() {
      this.closed = true
    },
  }
}

const usd = (nano: number) => ({ usd: nanoUsd(nano), tokens: 10, requests: 1 })

const expired: ExpiredReservation = {
  org: 'acme',
  id: '01a1fd1d-ef14-7f7e-a4c3-c1e5ea660d7c',
  owner: 'host/boot',
  path: ['org:acme', 'team:a:b', 'key:demo'],
  memo: { requestId: 'req_1', model: 'gpt-4o', priceVersion: 'v1', tags: { feature: 'search' } },
  reserved: usd(900),
  charged: usd(900),
  observed: usd(300),
  reservedAtMs: 1_000,
  expiredAtMs: 121_000,
}

describe('an audit trail', () => {
  it('gives every sink every record, and closes them when it is closed', async () => {
    const sinks = [listSink('a'), listSink('b')]
    const trail = auditTrail({ sinks })
    const records = [auditRecord(), auditRecord()]
    for (const record of records) trail.write(record)
    expect(await trail.close()).toBe(true)
    expect(sinks.map((sink) => [sink.records, sink.closed])).toEqual([
      [records, true],
      [records, true],
    ])
    trail.write(auditRecord())
    expect(trail.standings().map(({ dropped }) => dropped)).toEqual([1, 1])
  })

  it('is closed at its deadline when a sink never answers, and says that something is missing', async () => {
    const good = listSink()
    const trail = auditTrail({ sinks: [{ name: 'stuck', write: () => new Promise(() => {}) }, good] })
    trail.write(auditRecord())
    expect(await trail.close({ deadlineMs: 10 })).toBe(false)
    expect(good.records).toHaveLength(1)
    expect(trail.standings()).toMatchObject([{ sink: 'stuck', queued: 1 }, { queued: 0 }])
  })

  it('writes a record of what expired while nobody was there to write one, once', async () => {
    const table = sqliteAudit(':memory:')
    const ledger = { ...memoryLedger(), expired: async () => [expired] } as unknown as Ledger
    for (let start = 0; start < 2; start += 1) {
      const list = listSink()
      const trail = auditTrail({ ledger, sinks: [{ ...table, close: () => {} }, list] })
      await trail.flush()
      expect(list.records).toHaveLength(start === 0 ? 1 : 0)
      await trail.close()
    }
    expect(await table.recent()).toEqual([expiredRecord(expired)])
    await table.close()
  })

  it('does not wait longer than its deadline for books that do not answer, or a sink that cannot be closed', async () => {
    const silent = { ...memoryLedger(), expired: () => new Promise(() => {}) } as unknown as Ledger
    const good = listSink()
    const unclosable: AuditSink = {
      ...sqliteAudit(':memory:'),
      write: () => {},
      close: () => new Promise(() => {}),
    }
    const trail = auditTrail({ ledger: silent, sinks: [unclosable, good] })
    trail.write(auditRecord())
    await trail.close({ deadlineMs: 150 })
    expect(good.closed).toBe(true)
  })

  it('goes on when the books cannot be asked what has expired', async () => {
    const faults: string[] = []
    const failing = {
      ...memoryLedger(),
      expired: () => Promise.reject(new Error('closed')),
    } as unknown as Ledger
    const trail = auditTrail({
      ledger: failing,
      sinks: [sqliteAudit(':memory:')],
      onFault: (sentence) => faults.push(sentence),
    })
    expect(await trail.close()).toBe(true)
    expect(faults).toEqual(['Records of expired reservations were not looked for: Error: closed'])
  })
})

describe('the record of an expired reservation', () => {
  it('says whose it was, and that all of it was charged unconfirmed', () => {
    expect(expiredRecord(expired)).toMatchObject({
      id: expired.id,
      requestId: 'req_1',
      atMs: 1_000,
      endedAtMs: 121_000,
      org: 'acme',
      team: 'a:b',
      user: null,
      key: 'demo',
      tags: { feature: 'search' },
      model: 'gpt-4o',
      priceVersion: 'v1',
      ending: 'expired',
      reservedNanoUsd: 900,
      chargedNanoUsd: 900,
      basis: 'unconfirmed',
    })
  })

  it('says what an operator had it settled at', () => {
    const settled = { ...expired, charged: expired.observed }
    expect(expiredRecord(settled, { settledAtMs: 200_000 })).toMatchObject({
      endedAtMs: 200_000,
      reservedNanoUsd: 900,
      chargedNanoUsd: 300,
      basis: 'estimated',
    })
  })
})
