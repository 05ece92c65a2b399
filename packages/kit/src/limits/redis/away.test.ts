import { describe, expect, it, onTestFinished } from 'vitest'
import { faultProxy, redisServer } from '../../../../../test/support/redis.ts'
import { throughout } from '../../../../../test/support/throughout.ts'
import { redisAcl } from '../../ledger/redis/acl.ts'
import type { LimitedRequest } from '../limits.ts'
import type { Scope } from '../rates.ts'
import { LIMIT_COMMANDS } from './acl.ts'
import { redisLimits } from './redis-limits.ts'

const server = throughout(redisServer)

let tests = 0

/** Two processes' limits on one Redis, the first of them through a proxy that fails. */
async function two() {
  const prefix = `away${tests++}`
  const proxy = await faultProxy(server())
  const here = redisLimits(proxy.url, { prefix, deadlineMs: 3_000 })
  const there = redisLimits(server().url, { prefix, deadlineMs: 20_000 })
  onTestFinished(async () => {
    await Promise.all([here.close(), there.close()])
    await proxy.close()
  })
  return { here, there, proxy, prefix }
}

let ids = 0
const request = (scope: Scope, tokens = 0): LimitedRequest => ({
  org: 'acme',
  id: `r${ids++}`,
  caller: 'key:ci',
  scopes: [scope],
  tokens,
})

const FEW: Scope = { subject: 'key:ci', rpm: 3, tpm: 60_000, concurrency: 3 }

describe('while Redis is away', () => {
  it('each process limits by itself, and comes back to the fleet', async () => {
    const { here, there, proxy } = await two()
    for (let time = 0; time < 3; time += 1) {
      const result = await there.take(request(FEW))
      if (result.status === 'taken') await there.give(result.taken, { tokens: 0 })
    }
    expect((await here.take(request(FEW))).status).toBe('limited')

    proxy.shut()
    const statuses: string[] = []
    for (let time = 0; time < 4; time += 1) statuses.push((await here.take(request(FEW))).status)
    expect(statuses).toEqual(['taken', 'taken', 'taken', 'limited'])

    proxy.open()
    const back = () => here.take(request({ subject: 'key:other', rpm: 1_000 }))
    await expect
      .poll(
        async () => {
          await back()
          const [standing] = await there.read('acme', [{ subject: 'key:other', rpm: 1_000 }])
          return standing!.remaining
        },
        { timeout: 20_000 },
      )
      .toBeLessThan(1_000)
    expect((await here.take(request(FEW))).status).toBe('limited')
  })

  it('gives nothing to Redis that was not taken there', async () => {
    const { here, there, proxy } = await two()
    proxy.shut()
    const result = await here.take(request(FEW, 1_000))
    proxy.open()
    expect(result.status).toBe('taken')
    if (result.status === 'taken') await here.give(result.taken, 'nothing')
    const left = async () => (await there.read('acme', [FEW])).map(({ remaining }) => remaining)
    expect(await left()).toEqual([3, 60_000, 3])
  })

  it('gives back what Redis took and could not say', async () => {
    const { here, there, proxy } = await two()
    await here.read('acme', [FEW])
    const scope: Scope = { subject: 'key:ci', concurrency: 3 }
    const lost = proxy.loseReply()
    const taking = here.take(request(scope))
    await lost
    expect((await taking).status).toBe('taken')
    const left = async () => {
      // Whoever asks again finds that it answers again.
      await here.read('acme', [scope])
      return (await there.read('acme', [scope]))[0]!.remaining
    }
    await expect.poll(left, { timeout: 20_000 }).toBe(3)
  })
})

describe('on Redis', () => {
  it('a refusal leaves every key as it was, bit for bit', async () => {
    const { there, prefix } = await two()
    const tight: Scope = { subject: 'team:red', tpm: 1_000 }
    const both = (tokens: number): LimitedRequest => ({ ...request(FEW, tokens), scopes: [FEW, tight] })
    expect((await there.take(both(1_000))).status).toBe('taken')
    const dump = async () => {
      const keys = ((await server().call('keys', `${prefix}:*`)) as string[]).toSorted()
      return Promise.all(keys.map(async (key) => [key, await server().call('dump', key)]))
    }
    const before = await dump()
    expect(before.length).toBeGreaterThan(3)
    expect((await there.take(both(1_000))).status).toBe('limited')
    expect(await dump()).toEqual(before)
  })

  it('whoever runs away is shut out by every process', async () => {
    const { here, there } = await two()
    await here.shut('acme', 'key:ci', 'failures')
    expect(await there.take(request(FEW))).toMatchObject({ status: 'shut', why: 'failures' })
    expect(await there.shut('acme', 'key:ci', 'failures')).toMatchObject({ trips: 1, repeat: true })
  })

  it('leaves nothing behind that does not go by itself', async () => {
    const { there, prefix } = await two()
    const result = await there.take(request(FEW, 10))
    if (result.status === 'taken') await there.give(result.taken, { tokens: 20 })
    await there.take(request(FEW, 10))
    await there.shut('acme', 'key:ci', 'failures')
    const keys = (await server().call('keys', `${prefix}:*`)) as string[]
    expect(keys).toHaveLength(4)
    for (const key of keys) expect([key, Number(await server().call('pttl', key)) > 0]).toEqual([key, true])
  })

  it('needs no more than the ACL that is printed for it', async () => {
    const prefix = `acl${tests++}`
    await server().call(
      'acl',
      'setuser',
      prefix,
      '>secret',
      ...redisAcl(prefix, { also: LIMIT_COMMANDS }).split(' '),
    )
    const faults: Error[] = []
    const limits = redisLimits(`redis://${prefix}:secret@${server().host}:${server().port}`, {
      prefix,
      deadlineMs: 20_000,
      onFault: (error) => faults.push(error),
    })
    onTestFinished(() => limits.close())
    const result = await limits.take(request(FEW, 10))
    if (result.status === 'taken') await limits.give(result.taken, 'nothing')
    await limits.shut('acme', 'key:other', 'failures')
    const standings = await limits.read('acme', [FEW])
    expect(standings.map(({ remaining }) => remaining)).toEqual([3, 60_000, 3])
    // What is not allowed would have been counted in this process instead.
    expect((await server().call('keys', `${prefix}:*`)) as string[]).toHaveLength(3)
    expect(faults).toEqual([])
  })
})
