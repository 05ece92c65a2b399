import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisServer } from '../support/redis.ts'
import { type PaceProcess, startPaced } from './pace-process.ts'

const RATES = { user: { rpm: 50 }, team: { rpm: 300 }, key: { concurrency: 4 } }

let server: Awaited<ReturnType<typeof redisServer>>
let fleet: readonly PaceProcess[]

beforeAll(async () => {
  server = await redisServer()
  fleet = await Promise.all([1, 2, 3].map(() => startPaced({ redis: server.url, rates: RATES })))
}, 60_000)

afterAll(async () => {
  await Promise.all(fleet.map((each) => each.kill()))
  await server.stop()
})

type Caller = Readonly<Partial<Record<'team' | 'user' | 'key', string>>>

const ask = (process: PaceProcess, caller: Caller, path = '/') =>
  fetch(process.url + path, { headers: { 'x-caller': JSON.stringify(caller) } })

/** How many of so many requests pass, sent to all processes in turn, some at a time. */
async function passed(caller: Caller, requests: number): Promise<number> {
  let passing = 0
  let next = 0
  async function worker(): Promise<void> {
    while (next < requests) {
      const place = next++
      const answer = await ask(fleet[place % fleet.length]!, caller)
      await answer.text()
      if (answer.status === 200) passing += 1
      else expect(answer.status).toBe(429)
    }
  }
  await Promise.all(Array.from({ length: 24 }, worker))
  return passing
}

describe('three processes', () => {
  it('let 300 requests a minute pass together, and not one more or less', async () => {
    expect(await passed({ team: 'red' }, 450)).toBe(300)
  })

  it('never let one scope take what another refuses', async () => {
    expect(await passed({ team: 'blue', user: 'ada' }, 150)).toBe(50)
    // What the user was refused, the team still has.
    expect(await passed({ team: 'blue' }, 300)).toBe(250)
  })

  it('share their slots, and get back those of processes that were killed', async () => {
    const [first, second, third] = fleet
    const key = { key: 'ci' }
    const held = await Promise.all([first!, first!, second!, second!].map((each) => ask(each, key, '/held')))
    expect(held.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect((await ask(third!, key)).status).toBe(429)
    await first!.kill()
    await second!.kill()
    expect((await ask(third!, key)).status).toBe(429)
    await third!.advance(30_000)
    expect((await ask(third!, key)).status).toBe(200)
  })
})
