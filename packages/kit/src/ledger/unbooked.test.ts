import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type RedisServer, redisServer } from '../../../../test/support/redis.ts'
import type { Clock } from '../core/clock.ts'
import { nanoUsd } from '../core/money.ts'
import type { Ledger, Settle } from './ledger.ts'
import { initRedisLedger } from './redis/init.ts'
import { redisLedger } from './redis/redis-ledger.ts'
import { redisUnbooked } from './redis/unbooked.ts'
import { sqliteLedger } from './sqlite/sqlite-ledger.ts'
import { sqliteUnbooked } from './sqlite/unbooked.ts'
import { correctionPrefix, type UnbookedList } from './unbooked.ts'

interface Place {
  readonly ledger: Ledger
  readonly unbooked: UnbookedList
}

const folder = mkdtempSync(join(tmpdir(), 'tollgate-unbooked-'))
let server: RedisServer
beforeAll(async () => {
  server = await redisServer()
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await server.stop()
})
let places = 0

const STORES: Readonly<Record<string, (clock: Clock) => Promise<Place>>> = {
  async 'a file'(clock) {
    const path = join(folder, `${places++}.db`)
    return { ledger: sqliteLedger(path, { clock }), unbooked: sqliteUnbooked(path) }
  },
  async 'a Redis'(clock) {
    const prefix = `t${places++}`
    await initRedisLedger(server.url, { orgs: ['acme', 'globex'], prefix, clock })
    const ledger = redisLedger(server.url, { clock, prefix, deadlineMs: 20_000 })
    return { ledger, unbooked: redisUnbooked(server.url, { prefix }) }
  },
}

const settle = (id: string, usd: number, more: Partial<Settle> = {}): Settle => ({
  org: 'acme',
  id,
  actual: { usd: nanoUsd(usd), tokens: 30, requests: 1 },
  basis: 'exact',
  ...more,
})

describe.each(Object.entries(STORES))('what could not be booked, in %s', (_, open) => {
  const opened = async () => {
    let nowMs = Date.parse('2026-11-21T12:00:00Z')
    const place = await open({ now: () => nowMs })
    onTestFinished(async () => {
      await place.unbooked.close()
      await place.ledger.close()
    })
    const wait = (ms: number) => {
      nowMs += ms
    }
    return { ...place, nowMs, wait }
  }

  it('is listed oldest first, for its own org', async () => {
    const { ledger, unbooked, nowMs, wait } = await opened()
    expect(await unbooked.list('acme')).toEqual([])
    const told = [
      settle('one that came late', 250_000_000),
      settle('another', 2 ** 50, { basis: 'estimated' }),
    ]
    for (const command of told) {
      expect(await ledger.settle(command)).toEqual({ status: 'unbooked' })
      wait(1000)
    }
    await ledger.settle(settle('theirs', 1, { org: 'globex' }))
    expect(await unbooked.list('acme')).toEqual([
      { ...told[0], atMs: nowMs },
      { ...told[1], atMs: nowMs + 1000 },
    ])
    expect((await unbooked.list('globex')).map(({ id }) => id)).toEqual(['theirs'])
  })

  it('is there until it is taken out, once', async () => {
    const { ledger, unbooked } = await opened()
    await ledger.settle(settle('a', 1))
    await ledger.settle(settle('b', 2))
    const [a] = await unbooked.list('acme')
    expect(await unbooked.drop({ ...a!, org: 'globex' })).toBe(false)
    expect(await unbooked.drop(a!)).toBe(true)
    expect(await unbooked.drop(a!)).toBe(false)
    expect((await unbooked.list('acme')).map(({ id }) => id)).toEqual(['b'])
    // The ledger goes on beside it.
    expect(await ledger.settle(settle('c', 3))).toEqual({ status: 'unbooked' })
    expect((await unbooked.list('acme')).map(({ id }) => id)).toEqual(['b', 'c'])
  })

  it('is not taken out unread: what has been told anew stays', async () => {
    const { ledger, unbooked } = await opened()
    await ledger.settle(settle('a', 1, { basis: 'estimated' }))
    const [read] = await unbooked.list('acme')
    await ledger.settle(settle('a', 4))
    expect(await unbooked.drop(read!)).toBe(false)
    const [now] = await unbooked.list('acme')
    expect(now).toMatchObject({ basis: 'exact', actual: { usd: 4 } })
    expect(await unbooked.drop(now!)).toBe(true)
  })

  it('is told apart by what corrections have booked of it', async () => {
    const { ledger, unbooked } = await opened()
    await ledger.provision('acme', 'key:ada', [
      { id: 'cap', metric: 'usd', window: 'day', timeZone: 'UTC', limit: 100, mode: 'hard' },
    ])
    const correct = (id: string, budget: string, delta: number, reason: string) =>
      ledger.adjust({ org: 'acme', id, account: 'key:ada', budget, delta, reason })
    const odd = 'a *[?] \\id'
    await correct(`${correctionPrefix(odd)}1`, 'total', 5, 'the first of it')
    await correct(`${correctionPrefix(odd)}2`, 'cap', -2, 'and a "second"')
    await correct(`${correctionPrefix('a')}1`, 'total', 7, 'another’s')
    await correct('an invoice', 'total', 9, 'nobody’s')
    expect(await unbooked.corrections('acme', odd)).toEqual([
      { account: 'key:ada', budget: 'total', delta: 5, reason: 'the first of it' },
      { account: 'key:ada', budget: 'cap', delta: -2, reason: 'and a "second"' },
    ])
    expect(await unbooked.corrections('acme', 'a')).toMatchObject([{ delta: 7 }])
    expect(await unbooked.corrections('acme', 'nothing')).toEqual([])
    expect(await unbooked.corrections('globex', 'a')).toEqual([])
  })
})
