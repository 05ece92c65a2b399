import { nanoToUsd } from '@tollgate/kit/core'
import { gate } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { type Running, SECRET } from '../support/gateway.ts'
import { keys, redisPlace } from '../support/redis-place.ts'

const call = {
  model: 'gpt-4o-mini',
  max_tokens: 50,
  messages: [{ role: 'user' as const, content: 'Who keeps the books?' }],
}

/** The sample of a metric without labels. */
async function sample(gateway: Running, name: string): Promise<number> {
  const text = await (await gateway.admin('/metrics')).text()
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1])
}

it('what a call cost while Redis was away is told by the next gateway of the place', async () => {
  const { start, provider, redis } = await redisPlace(keys(), { redis: { appendonly: 'yes' } })
  const before = await start()
  const door = gate()
  provider.next({ hold: door })
  const answer = before.client(SECRET).chat.completions.create(call)
  await expect.poll(() => provider.requests.length).toBe(1)
  await redis.kill()
  door.open()
  expect((await answer).usage?.total_tokens).toBeGreaterThan(0)
  await before.close()

  await redis.restart()
  const after = await start()
  const standing = async () => (await after.admin('/admin/v1/spend?account=key:ada')).json()
  await expect.poll(standing).toMatchObject({
    spent_usd: nanoToUsd(provider.totals().nanoUsd),
    reserved_usd: nanoToUsd(0),
    unconfirmed_usd: nanoToUsd(0),
  })
  // The books have it a moment before the gateway hears that they do.
  await expect.poll(() => sample(after, 'tollgate_spool_replayed')).toBe(1)
  expect(await sample(after, 'tollgate_spool_queued')).toBe(0)
})
