import { afterAll, beforeAll, expect, it } from 'vitest'
import { faultProxy, type RedisServer, redisServer } from '../../../../../test/support/redis.ts'
import { redisAcl } from './acl.ts'
import { probeRedis } from './probe.ts'
import { SCRIPTS } from './scripts/catalog.ts'

let server: RedisServer
beforeAll(async () => {
  server = await redisServer()
})
afterAll(() => server.stop())

it('runs every script there is, and leaves nothing behind', async () => {
  const proxy = await faultProxy(server)
  expect(await probeRedis(proxy.url)).toEqual([])
  // What a server has not seen yet comes with its text.
  const ran = new Set(proxy.passed.filter(([name]) => /^eval/i.test(name!)).map(([, script]) => script))
  await proxy.close()
  expect(SCRIPTS.filter(({ sha1, lua }) => !ran.has(sha1) && !ran.has(lua)).map(({ name }) => name)).toEqual(
    [],
  )
  expect(await server.call('dbsize')).toBe(0)
})

it('runs as the user whose rules are printed, and says what another may not do', async () => {
  await server.call('acl', 'setuser', 'books', '>secret', ...redisAcl('tg').split(' '))
  expect(await probeRedis({ ...server, username: 'books', password: 'secret' })).toEqual([])
  await server.call('acl', 'setuser', 'books', '-zadd')
  const [finding] = await probeRedis({ ...server, username: 'books', password: 'secret' })
  expect(finding).toMatchObject({ check: 'scripts', level: 'refuse' })
  expect(finding!.text).toMatch(/^The ledger cannot reserve here: .*can't run this command/)
  expect(await server.call('dbsize')).toBe(0)
})
