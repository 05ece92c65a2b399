import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { budgetReserve, identify, usage, usageReconcile } from '@tollgate/kit'
import { ndjsonAudit } from '@tollgate/kit/audit'
import { nanoUsd } from '@tollgate/kit/core'
import type { Ledger, Reserve } from '@tollgate/kit/ledger'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { fixedClock, memoryLedger, serverError } from '@tollgate/testing'
import express from 'express'
import { expect, it } from 'vitest'
import { assemble, PROVIDER_KEY } from '../support/assembly.ts'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'
import { folder, trail } from './trails.ts'

const MARK = 'the-merger-is-on-friday'

const chat = (extra: object = {}) => ({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: MARK }],
  max_tokens: 100,
  ...extra,
})

it('a thousand mixed requests have a thousand records, whose charges are the books and the provider’s count', async () => {
  const home = folder()
  const path = join(home, 'tollgate.db')
  const ledger = sqliteLedger(path)
  const { audit, table, records } = trail({ path, ledger, sinks: [ndjsonAudit(join(home, 'audit.ndjson'))] })
  const { post, provider, atRest } = await assemble({
    ledger,
    before: [audit],
    budgets: [{ limit_usd: '1000', period: 'daily' }],
    provider: { behave: ({ id }) => (id.endsWith('7') ? serverError : undefined) },
  })
  const kinds = [
    () => post('/chat/completions', chat()),
    () => post('/chat/completions', chat({ stream: true })),
    () => post('/embeddings', { model: 'text-embedding-3-small', input: 'x' }),
    () => post('/chat/completions', chat({ model: 'bad model' })),
    () => post('/chat/completions', chat(), { headers: { authorization: 'Bearer tg-nobody' } }),
  ]
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(Array.from({ length: 50 }, async (_, i) => (await kinds[i % 5]!()).text()))
  }
  await atRest()
  const all = await records(1000)
  const { nanoUsd } = provider.totals()
  expect(all.reduce((sum, { chargedNanoUsd }) => sum + chargedNanoUsd, 0)).toBe(nanoUsd)
  expect(nanoUsd).toBeGreaterThan(0)
  const [line] = await table.unattributed(await ledger.accounts())
  expect(line).toEqual({
    org: 'test',
    spentNanoUsd: BigInt(nanoUsd),
    recordedNanoUsd: BigInt(nanoUsd),
    unattributedNanoUsd: 0n,
  })
  const faults = all.filter(({ fault }) => fault === 'provider_error').length
  expect(faults).toBe(provider.totals().requests - provider.totals().reached)
  expect(faults).toBeGreaterThan(0)

  const lines = readFileSync(join(home, 'audit.ndjson'), 'utf8').trimEnd().split('\n')
  expect(new Set(lines.map((text) => JSON.parse(text).id))).toEqual(new Set(all.map(({ id }) => id)))
  expect(lines).toHaveLength(1000)
})

it('no secret and no prompt is in any record, on any disk', async () => {
  const home = folder()
  const path = join(home, 'tollgate.db')
  const { audit, records } = trail({ path, sinks: [ndjsonAudit(join(home, 'audit.ndjson'))] })
  const { post, provider, key } = await assemble({ before: [audit] })
  provider.next({ text: `Yes, ${MARK}.` })
  await (await post('/chat/completions', chat({ user: MARK, metadata: { note: MARK } }))).text()
  await (await post(`/chat/completions?key=${key.secret}`, chat({ stream: true }))).text()
  await post('/chat/completions', chat(), { headers: { authorization: `Bearer ${key.secret}x` } })
  await post('/chat/completions', `{"model": "gpt-4o-mini", "messages": "${MARK}`)
  provider.next({ refusal: { status: 500, message: `Incorrect API key provided: ${PROVIDER_KEY}` } })
  await post('/chat/completions', chat())
  await records(5)
  const onDisk = readdirSync(home).map((name) => readFileSync(join(home, name), 'latin1'))
  expect(onDisk.join()).toContain(key.id)
  const secretPart = key.secret.split('-').at(-1)!
  for (const secret of [MARK, key.secret, secretPart, PROVIDER_KEY]) {
    for (const text of onDisk) expect(text.includes(secret), secret).toBe(false)
  }
})

it('the body of a request is kept when asked for, and cut', async () => {
  const { audit, records } = trail({ content: true })
  const { post, key } = await assemble({ before: [audit] })
  await (await post('/chat/completions', chat())).text()
  const long = [{ role: 'user', content: `${MARK}${'é'.repeat(100_000)}` }]
  await (await post('/chat/completions', chat({ messages: long }))).text()
  const [short, cut] = await records(2)
  expect(JSON.parse(short!.content!)).toEqual(chat())
  expect(Buffer.byteLength(cut!.content!)).toBeLessThanOrEqual(64 * 1024 + 2)
  expect(cut!.content).toContain(MARK)
  expect(short!.content).not.toContain(key.secret)
})

it('a sink that never answers holds no request; what is dropped is counted, and shows as unattributed', async () => {
  const ledger = memoryLedger()
  const { audit, table } = trail({
    ledger,
    maxQueued: 3,
    onFault: () => {},
    sinks: [{ name: 'stuck', write: () => new Promise(() => {}) }],
  })
  const { post, provider, books, atRest } = await assemble({ ledger, before: [audit] })
  for (let count = 0; count < 10; count += 1) {
    expect((await post('/chat/completions', chat())).status).toBe(200)
  }
  await atRest()
  await expect
    .poll(() => audit.standings().find(({ sink }) => sink === 'stuck'))
    .toMatchObject({ written: 0, queued: 3, dropped: 7 })
  expect((await books()).spent).toBe(provider.totals().nanoUsd)
  await audit.flush({ deadlineMs: 1 })
  const recorded = (await table.spendBy())[0]!.chargedNanoUsd
  const [line] = await table.unattributed(await ledger.accounts())
  const spent = BigInt((await books()).spent)
  expect(line).toEqual({
    org: 'test',
    spentNanoUsd: spent,
    recordedNanoUsd: recorded,
    unattributedNanoUsd: spent - recorded,
  })
  expect(spent).toBeGreaterThan(recorded)
})

it('in observe mode the record says what would have been refused, and by whose budget', async () => {
  const { audit, table, records } = trail()
  const { post, key, provider } = await assemble({
    before: [audit],
    budgets: [{ limit_usd: '0.000000001', period: 'total' }],
    reserve: { mode: 'observe' },
  })
  expect((await post('/chat/completions', chat())).status).toBe(200)
  const [record] = await records(1)
  expect(record).toMatchObject({
    decision: 'allowed',
    wouldRefuse: 'budget_exceeded',
    wouldRefuseAccount: key.account,
    status: 200,
  })
  expect(await table.wouldRefuse()).toMatchObject([
    {
      code: 'budget_exceeded',
      account: key.account,
      requests: 1,
      chargedNanoUsd: BigInt(provider.totals().nanoUsd),
    },
  ])
})

const most = { usd: nanoUsd(700), tokens: 10, requests: 1 }

/** What a process has reserved that died. */
const lost: Reserve = {
  org: 'acme',
  id: '01a1fd1d-ef14-7f7e-a4c3-c1e5ea660d7c',
  path: ['org:acme', 'team:lost'],
  min: most,
  want: most,
  bound: 'proven',
  ttlMs: 1_000,
  owner: 'somebody who died',
  memo: { requestId: 'req_lost', model: 'gpt-4o', priceVersion: 'v1', tags: { feature: 'batch' } },
}

it.each(['expires while the log is there', 'expired while no log was there'])(
  'a reservation that %s has its record, and the records are still the books',
  async (when) => {
    const clock = fixedClock(1_000_000)
    const ledger = memoryLedger({ clock })
    closeAfter(() => ledger.close())
    await ledger.provision('acme', 'team:lost', [])
    await ledger.reserve(lost)
    clock.advance(1_001)
    if (when.startsWith('expired')) expect(await ledger.expire()).toHaveLength(1)
    const { table, records } = trail({ ledger })
    expect(await records(1)).toMatchObject([
      {
        id: lost.id,
        requestId: 'req_lost',
        org: 'acme',
        team: 'lost',
        tags: { feature: 'batch' },
        model: 'gpt-4o',
        ending: 'expired',
        chargedNanoUsd: 700,
        basis: 'unconfirmed',
      },
    ])
    expect(await table.unattributed(await ledger.accounts())).toMatchObject([{ unattributedNanoUsd: 0n }])
    expect(await table.spendBy({ groupBy: ['tag:feature'] })).toMatchObject([
      { by: { 'tag:feature': 'batch' }, unconfirmedNanoUsd: 700n },
    ])
  },
)

it('a file that another process writes to for a while loses no record, and doubles none', async () => {
  const path = join(folder(), 'audit.db')
  const { audit, records } = trail({ path, onFault: () => {} })
  const { post } = await assemble({ before: [audit] })
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  for (let count = 0; count < 20; count += 1) await (await post('/chat/completions', chat())).text()
  await expect.poll(() => audit.standings()[0]!.failures).toBeGreaterThan(0)
  expect(audit.standings()[0]).toMatchObject({ written: 0 })
  other.exec('COMMIT')
  other.close()
  const all = await records(20)
  expect(new Set(all.map(({ id }) => id)).size).toBe(20)
})

it('a request whose settle never reaches the books is recorded at what its expiry was charged', async () => {
  const clock = fixedClock(1_000_000)
  const real = memoryLedger({ clock })
  const ledger: Ledger = {
    ...real,
    settle: () => Promise.reject(new Error('disk full')),
  }
  closeAfter(() => real.close())
  const { audit, table, records } = trail({ ledger, clock })
  const url = await serve(
    express().use(
      audit,
      identify(() => ({ user: 'ada' })),
      budgetReserve({ ledger, clock, upToUsd: '0.01' }),
      usageReconcile({ ledger }),
      (req, res) => {
        usage.add(req, { usd: '0.004' })
        res.end('done')
      },
    ),
  )
  await (await fetch(url, { method: 'POST' })).text()
  const [before] = await records(1)
  expect(before).toMatchObject({ ending: 'finished', chargedNanoUsd: 4_000_000, basis: 'exact' })
  clock.advance(121_000)
  await expect
    .poll(async () => (await records(1))[0])
    .toMatchObject({ ending: 'finished', status: 200, chargedNanoUsd: 10_000_000, basis: 'unconfirmed' })
  expect(await table.unattributed(await ledger.accounts())).toMatchObject([{ unattributedNanoUsd: 0n }])
})
