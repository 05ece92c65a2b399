import { redisOwners } from '@tollgate/kit/owners/redis'
import { testKey } from '@tollgate/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Serving } from '../support/passing.ts'
import type { RawRequest } from '../support/raw.ts'
import { redisServer } from '../support/redis.ts'
import { type TwoTenants, twoTenants } from '../support/two-tenants.ts'

let server: Awaited<ReturnType<typeof redisServer>>
beforeAll(async () => {
  server = await redisServer()
})
afterAll(() => server.stop())

const USAGE = { input_tokens: 3, output_tokens: 4, total_tokens: 7 }
const event = (type: string, more: object = {}) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, response: { id: 'resp_streamed', output: [], ...more } })}\n\n`

/** Answers a call with a response, or with the first half of a stream until its end is asked for. */
function responding(ended: Promise<void>): Serving {
  return async (res, { method }) => {
    const stream = method === 'POST' && res.req.headers.accept === 'text/event-stream'
    res.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' })
    if (!stream)
      return res.end(JSON.stringify({ id: 'resp_whole', object: 'response', output: [], usage: USAGE }))
    res.write(event('response.created'))
    await ended
    res.end(event('response.completed', { usage: USAGE }))
  }
}

let fleets = 0

/** Two gateways with a connection each to one Redis, and the same two tenants at both. */
async function fleet(ended: Promise<void> = Promise.resolve()): Promise<readonly [TwoTenants, TwoTenants]> {
  const prefix = `fleet${fleets++}`
  const keys = [testKey(), testKey()] as const
  const gateway = () =>
    twoTenants(responding(ended), { keys, owners: redisOwners(server.url, { prefix, deadlineMs: 20_000 }) })
  return [await gateway(), await gateway()]
}

const respond = (more: object, headers: readonly string[] = []): RawRequest => ({
  path: '/v1/responses',
  headers: ['content-type', 'application/json', ...headers],
  body: JSON.stringify({ model: 'gpt-4o-mini', input: 'x', ...more }),
})
const goOn = (id: string) => respond({ previous_response_id: id })

describe('gateways on one Redis', () => {
  it('let whoever has made something at one go on with it at the other, and nobody else at either', async () => {
    const [here, there] = await fleet()
    expect((await here.ours(respond({}))).status).toBe(200)
    expect((await there.ours(goOn('resp_whole'))).status).toBe(200)
    for (const { hers, api } of [here, there]) {
      const asked = api.arrived.length
      const { status, code } = await hers(goOn('resp_whole'))
      expect([status, code]).toEqual([404, 'not_found'])
      expect((await hers({ method: 'DELETE', path: '/v1/responses/resp_whole' })).status).toBe(404)
      expect(api.arrived).toHaveLength(asked)
    }
  })

  it('know a stream’s owner long before its end', async () => {
    const { promise, resolve: end } = Promise.withResolvers<void>()
    const [here, there] = await fleet(promise)
    const streaming = here.ours(respond({ stream: true }, ['accept', 'text/event-stream']))
    await expect.poll(async () => (await there.ours(goOn('resp_streamed'))).status).toBe(200)
    expect((await there.hers(goOn('resp_streamed'))).status).toBe(404)
    end()
    expect((await streaming).text).toContain('response.completed')
    expect((await there.hers(goOn('resp_streamed'))).status).toBe(404)
  })

  it('forget together what its owner has deleted at one', async () => {
    const [here, there] = await fleet()
    await here.ours(respond({}))
    expect((await there.ours({ method: 'DELETE', path: '/v1/responses/resp_whole' })).status).toBe(200)
    expect((await here.ours(goOn('resp_whole'))).status).toBe(404)
  })
})
