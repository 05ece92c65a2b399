import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RedisServer, redisServer } from '../../../../../test/support/redis.ts'
import { redisSpend } from './spend.ts'

const DAY_MS = 86_400_000
const now = Date.parse('2026-11-21T12:00:00Z')
const label = JSON.stringify(['org:acme', 'key:ada', 'gpt-4o'])

let server: RedisServer
beforeAll(async () => {
  server = await redisServer()
  const write = (day: string, ...line: string[]) => server.call('hset', `tg:1:{acme}:spend:${day}`, ...line)
  await write('2026-11-21', label, '900 30 1', '', '50 5 2')
  await write('2026-11-14', label, '-100 0 0')
  await write('2025-10-17', label, '7 7 7')
  await write('2025-10-15', label, '8 8 8')
})
afterAll(() => server.stop())

async function daily(org: string, sinceMs?: number) {
  const spend = redisSpend(server.url, { clock: { now: () => now } })
  try {
    return await spend.daily(org, sinceMs)
  } finally {
    await spend.close()
  }
}

it('reads the days from the one that a time is in, and what had no room in a day', async () => {
  const charged = { usd: 900, tokens: 30, requests: 1 }
  const path = ['org:acme', 'key:ada']
  expect(await daily('acme', now)).toEqual([
    { day: '2026-11-21', path, model: 'gpt-4o', charged },
    { day: '2026-11-21', path: [], model: '', charged: { usd: 50, tokens: 5, requests: 2 } },
  ])
  expect((await daily('acme', now - 7 * DAY_MS)).map(({ day, charged }) => [day, charged.usd])).toEqual([
    ['2026-11-14', -100],
    ['2026-11-21', 900],
    ['2026-11-21', 50],
  ])
})

it('reads all that is kept when no time is given, of that org alone', async () => {
  expect((await daily('acme')).map(({ day }) => day)).toEqual([
    '2025-10-17',
    '2026-11-14',
    '2026-11-21',
    '2026-11-21',
  ])
  expect(await daily('globex')).toEqual([])
})
