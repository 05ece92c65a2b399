import type { AccountId } from '@tollgate/kit/ledger'
import { contextLengthExceeded } from '@tollgate/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SCRIPTS } from '../../packages/kit/src/ledger/redis/scripts/catalog.ts'
import { type Answer, type GatewayFleet, metadataOf, startFleet, TOKEN } from '../support/fleet-gateways.ts'
import { faultTable } from '../support/fleet-table.ts'
import { type FaultProxy, faultProxy, redisWithAof, until } from '../support/redis.ts'

const DEADLINE_MS = 3000
/** Slow, and far from the deadline. */
const SLOW_MS = 100
const CAP = 1000
const COST = 600 * TOKEN

const tried = faultTable()
let fleet: GatewayFleet
let proxy: FaultProxy
beforeAll(async () => {
  const server = await redisWithAof()
  proxy = await faultProxy(server)
  // Only the first gateway has bad luck; the others show what the books say to everybody else.
  fleet = await startFleet({ server, via: [proxy, server, server], deadlineMs: DEADLINE_MS })
})
afterAll(async () => {
  await fleet.close()
  await proxy.close()
})

type Command = 'reserve' | 'settle' | 'release'

/** The next call of one of the ledger's scripts, by its hash or in full. */
function next(command: Command): (words: readonly string[]) => boolean {
  const { sha1, lua } = SCRIPTS.find(({ name }) => name === command)!
  return ([, script = '']) => script === sha1 || script.replaceAll('\r\n', '\n') === lua
}

interface Caller {
  readonly account: AccountId
  /** Ask the gateway behind the proxy. */
  call(at?: number): Promise<Answer>
  /** What the provider has counted for it. */
  counted(): number
  /** Resolves when the books hold nothing for it and charge what the provider counts. */
  expectExact(): Promise<void>
}

let callers = 0

/** A caller of its own, with $10, whom the first gateway has served once: it is connected, and knows the accounts. */
async function freshCaller(): Promise<Caller> {
  const key = `caller-${callers++}`
  const account: AccountId = `key:${key}`
  await fleet.budget(account, '10')
  const call = (at = 0) => fleet.call(at, { caller: { key }, cap: CAP, length: 600 })
  const counted = () =>
    fleet.provider.requests
      .filter((request) => metadataOf(request).key === key)
      .reduce((sum, { nanoUsd }) => sum + nanoUsd, 0)
  const caller: Caller = {
    account,
    call,
    counted,
    async expectExact() {
      expect(await fleet.atRest(account)).toEqual({ spent: counted(), reserved: 0, unconfirmed: 0 })
    },
  }
  await until('the gateway serves', async () => (await call()).status === 200)
  await caller.expectExact()
  return caller
}

/** Make a call in whose course a command of this kind is sent; a release is what a refusal of the provider's ends in. */
async function callWith(caller: Caller, command: Command): Promise<number> {
  if (command === 'release') fleet.provider.next(contextLengthExceeded)
  return (await caller.call()).status
}

const ERRORS = {
  READONLY: "READONLY You can't write against a read only replica.",
  LOADING: 'LOADING Redis is loading the dataset in memory',
  NOSCRIPT: 'NOSCRIPT No matching script. Please use EVAL.',
  OOM: "OOM command not allowed when used memory > 'maxmemory'.",
  NOREPLICAS: 'NOREPLICAS Not enough good replicas to write.',
}
const COMMANDS = ['reserve', 'settle', 'release'] as const
/** What the client is told when everything else goes well. */
const ANSWERED = { reserve: 200, settle: 200, release: 400 }

/** @see PAINS P8: LiteLLM #33923, #33323, #34299: open although it was told to be closed, or hanging. */
describe('P8: between one gateway and Redis', () => {
  it.each(COMMANDS)('a %s whose reply is lost counts once or not at all', async (command) => {
    const caller = await freshCaller()
    const lost = proxy.loseReply(next(command))
    const status = await callWith(caller, command)
    await lost
    const unknown = command === 'reserve'
    expect(status).toBe(unknown ? 503 : ANSWERED[command])
    expect(caller.counted()).toBe(command === 'settle' ? 2 * COST : COST)
    await caller.expectExact()
    tried({
      fault: `${command}: its reply lost`,
      promised: unknown ? '503, nothing bought, nothing held' : 'once',
      happened: `${status}, books = provider`,
      bound: '$0',
    })
  })

  it.each(
    COMMANDS.flatMap((command) => Object.entries(ERRORS).map(([name, error]) => ({ command, name, error }))),
  )(
    'a $command that is answered with $name is doubled by nobody, and leaves nothing held',
    async ({ command, name, error }) => {
      const caller = await freshCaller()
      const answered = proxy.answer(error, next(command))
      const status = await callWith(caller, command)
      await answered
      // Scripts that are not known are sent in full; whatever else is answered to a reserve refuses the call.
      const refused = command === 'reserve' && name !== 'NOSCRIPT'
      expect(status).toBe(refused ? 503 : ANSWERED[command])
      expect(caller.counted()).toBe(refused || command === 'release' ? COST : 2 * COST)
      await caller.expectExact()
      tried({
        fault: `${command}: ${name}`,
        promised: refused ? '503, nothing bought, nothing held' : 'told again',
        happened: `${status}, books = provider`,
        bound: '$0',
      })
    },
  )

  it('replies that are slow, but in time, change nothing', async () => {
    const caller = await freshCaller()
    proxy.delay(SLOW_MS)
    const answers = await Promise.all(Array.from({ length: 10 }, () => caller.call()))
    proxy.delay(0)
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(caller.counted()).toBe(11 * COST)
    await caller.expectExact()
  })

  it('replies that are too late, or never come, refuse its clients and nobody else’s', async () => {
    const caller = await freshCaller()
    for (const misbehave of [() => proxy.delay(2 * DEADLINE_MS), () => proxy.hang()]) {
      misbehave()
      const refused = await Promise.all(Array.from({ length: 10 }, () => caller.call()))
      expect(refused.map(({ status }) => status)).toEqual(Array(10).fill(503))
      expect((await caller.call(1)).status).toBe(200)
      proxy.delay(0)
      proxy.flow()
      await until('it serves again', async () => (await caller.call()).status === 200)
    }
    expect(caller.counted()).toBe(5 * COST)
    await caller.expectExact()
    tried({
      fault: 'replies beyond the deadline, and none at all',
      promised: '503 for the clients of this gateway only',
      happened: '20 × 503, books = provider',
      bound: '$0',
    })
  })
})
