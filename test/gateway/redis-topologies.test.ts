import { nanoToUsd } from '@tollgate/kit/core'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type Place, place, SECRET } from '../support/gateway.ts'
import { redisCluster, redisSentinels } from '../support/redis.ts'
import { keys, redisYaml } from '../support/redis-place.ts'

const call = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'What does a toll cost?' }],
}

/** Everything that an operator does with a store: open it, look at it, serve from it, ask it. */
async function expectToServe({ command, start, provider }: Place, shown: string): Promise<void> {
  expect(await command('ledger init')).toMatchObject({ code: 0, err: '' })
  const { code, out } = await command('doctor --json')
  expect(code).toBe(0)
  expect(out).toContain('Every script of the ledger runs.')
  const gateways = [await start(), await start()]
  expect(gateways[0]!.said[0]).toBe(`store     ${shown} (a fleet; books of acme)`)
  await Promise.all(gateways.map((gateway) => gateway.client(SECRET).chat.completions.create(call)))
  const spent = async () => JSON.parse((await command('spend --by key --json')).out).rows
  const spent_usd = nanoToUsd(provider.totals().nanoUsd)
  await expect.poll(spent).toMatchObject([{ key: 'ada', requests: 2, spent_usd }])
}

describe('the books', () => {
  it('may be on a Cluster', async () => {
    const { seeds, stop } = await redisCluster()
    closeAfter(stop)
    const store = `redis-cluster://${seeds.map(({ host, port }) => `${host}:${port}`).join()}`
    const made = await place(redisYaml(store, keys()))
    await expectToServe(made, store)
    const { out } = await made.command('doctor')
    for (const { port } of seeds)
      expect(out).toContain(`warn      persistence: port ${port}: Nothing is written to the disk`)
  })

  it('may be where sentinels say, and stay with them through a fail-over', async () => {
    const { sentinels, name, stop, failOver, synced } = await redisSentinels()
    closeAfter(stop)
    const hosts = sentinels.map(({ host, port }) => `${host}:${port}`).join()
    const store = `redis-sentinel://${hosts}/0?master=${name}`
    const made = await place(redisYaml(store, keys()))
    await expectToServe(made, store)
    const [gateway] = [await made.start()]
    await synced()
    await failOver()
    const served = () =>
      gateway!
        .client(SECRET)
        .chat.completions.create(call)
        .then(
          () => true,
          () => false,
        )
    await expect.poll(served, { timeout: 30_000 }).toBe(true)
    const { requests } = made.provider.totals()
    const counted = async () => JSON.parse((await made.command('spend --by key --json')).out).rows
    await expect.poll(counted).toMatchObject([{ key: 'ada', requests }])
  })
})
