import { expect, it } from 'vitest'
import { type Running, SECRET } from '../support/gateway.ts'
import { redisPlace } from '../support/redis-place.ts'

const me = async (gateway: Running) => {
  const answer = await fetch(`${gateway.url}/tollgate/me`, { headers: { authorization: `Bearer ${SECRET}` } })
  return {
    status: answer.status,
    body: (await answer.json()) as { error?: { code: string; message: string } },
  }
}

it('a caller who asks where it stands while the books are away is told so', async () => {
  const { start, redis } = await redisPlace()
  const gateway = await start()
  expect((await me(gateway)).status).toBe(200)
  await redis.kill()
  const { status, body } = await me(gateway)
  expect({ status, code: body.error?.code }).toEqual({ status: 503, code: 'ledger_unavailable' })
  expect(body.error?.message).not.toContain('Redis')
  expect((await gateway.admin('/admin/v1/spend?account=key:ada')).status).toBe(503)
})
