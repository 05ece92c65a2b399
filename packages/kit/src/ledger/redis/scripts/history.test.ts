import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LuaBooks, type LuaServer, luaServer, TTL_MS } from '../../../../../../test/support/lua-books.ts'

/**
 * No model of the books, only a provider that counts what it generates. One history is played as it is, with every
 * command sent twice in the same moment, and with every first reply lost and the command sent again. The counters come
 * out the same, and every account has been charged what the provider generated for it.
 */

type Deliver = <Reply>(command: () => Promise<Reply>) => Promise<Reply>

const DELIVERIES: Readonly<Record<string, Deliver>> = {
  once: (command) => command(),
  doubled: async (command) => (await Promise.all([command(), command()]))[0]!,
  'lost and retried': async (command) => {
    await command()
    return command()
  },
}

const TEAMS = ['team:a', 'team:b']
let server: LuaServer

beforeAll(async () => {
  server = await luaServer()
})
afterAll(() => server.stop())

describe('a history', () => {
  it.each([1, 2, 3, 4, 5, 6])('comes out the same however it is delivered (seed %i)', async (seed) => {
    const played = []
    for (const deliver of Object.values(DELIVERIES))
      played.push(await play(await server.books(), deliver, seed))
    const [once, ...others] = played
    for (const other of others) expect(other).toEqual(once)
    expect(once!.booked).toEqual(once!.generated)
    expect(once!.held).toEqual([])
  })
})

interface Request {
  readonly id: string
  readonly path: readonly string[]
  held: number
  generated: number
}

async function play(books: LuaBooks, deliver: Deliver, seed: number) {
  const random = randomFrom(seed)
  await books.provision('org:o', ['hard usd hour 4000', 'hard requests day 90'])
  for (const team of TEAMS) await books.provision(team, ['hard usd day 2500'])
  const generated: Record<string, number> = {}
  const running: Request[] = []
  for (let step = 0; step < 100; step++) {
    if (running.length < 3 || random(10) < 4) {
      const key = `key:${step}`
      await books.provision(key, [])
      generated[key] = 0
      const path = ['org:o', TEAMS[random(2)]!, key]
      const [min, want] = [random(200), 200 + random(400)]
      const reply = await deliver(() => books.reserve(`r${step}`, path, `${min} 0 1`, `${want} 0 1`))
      if (reply[0] === 'ok') running.push({ id: `r${step}`, path, held: usdOf(reply[2]), generated: 0 })
    } else {
      const request = running.splice(random(running.length), 1)[0]!
      if (await proceed(books, deliver, random, request)) running.push(request)
      generated[request.path[2]!] = request.generated
    }
    books.clock.nowMs += random(TTL_MS)
    for (const { id, path } of running) {
      if (random(3) > 0) continue
      const late = await deliver(() => books.heartbeat([{ id, observed: '1 0 0' }]))
      if (late[0] === 'ok' && late[1].length > 0) await deliver(() => books.extend(id, path, '0 0 0'))
    }
    for (const { id, path } of running) await deliver(() => books.expire(id, path))
  }
  for (const request of running) await finish(books, deliver, random, request)
  const counters: Record<string, string> = {}
  for (const name of ['org:o', ...TEAMS, ...Object.keys(generated)])
    counters[name] = await books.counter(name, 0)
  const keys = Object.keys(generated)
  const booked = Object.fromEntries(keys.map((name) => [name, usdOf(counters[name]!)]))
  const held = Object.values(counters).filter((counter) => !/^\d+ 0 0 /.test(counter))
  const org = Object.values(generated).reduce((sum, cost) => sum + cost, 0)
  expect(usdOf(counters['org:o']!)).toBe(org)
  const rollups = await books.rollups()
  expect(rollups.reduce((sum, amounts) => sum + usdOf(amounts), 0)).toBe(org)
  return { counters, generated, booked, held }
}

/** One step of a request's life; whether it goes on. */
async function proceed(
  books: LuaBooks,
  deliver: Deliver,
  random: Random,
  request: Request,
): Promise<boolean> {
  request.generated += random(request.held - request.generated + 1)
  const { id, path } = request
  switch (random(4)) {
    case 0: {
      const total = request.held + random(300)
      const consumed = `${request.generated} 0 0`
      const reply = await deliver(() => books.extend(id, path, `${total} 0 1`, { min: '0 0 0', consumed }))
      if (reply[0] === 'open' || reply[0] === 'revived') request.held = usdOf(reply[1])
      return true
    }
    case 1:
      return true
    default:
      await finish(books, deliver, random, request)
      return false
  }
}

async function finish(books: LuaBooks, deliver: Deliver, random: Random, request: Request): Promise<void> {
  const { id, path, generated } = request
  if (generated === 0 && random(2) === 0) return void (await deliver(() => books.release(id, path)))
  if (random(3) === 0) {
    const guess = `${random(request.held + 1)} 0 1`
    await deliver(() => books.settle(id, path, guess, 'estimated'))
  }
  const reply = await deliver(() => books.settle(id, path, `${generated} 0 1`))
  expect(['settled', 'late', 'repeat']).toContain(reply[0])
}

const usdOf = (amounts: string): number => Number(amounts.split(' ')[0])

type Random = (below: number) => number

/** Mulberry32: small, and the same numbers for the same seed everywhere. */
function randomFrom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below)
  }
}
