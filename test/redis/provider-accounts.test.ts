import { nanoUsd } from '@tollgate/kit/core'
import { type AccountId, budgetFrom } from '@tollgate/kit/ledger'
import { initRedisLedger, redisLedger, redisSpend } from '@tollgate/kit/ledger/redis'
import { expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { redisServer } from '../support/redis.ts'

const HELD = { usd: nanoUsd(100), tokens: 10, requests: 1 }
const COST = { usd: nanoUsd(40), tokens: 4, requests: 1 }

it('what is held on a provider’s account stands in no roll-up, settled, expired and confirmed alike', async () => {
  const server = await redisServer()
  closeAfter(() => server.stop())
  await initRedisLedger(server.url, { orgs: ['acme'] })
  const ledger = redisLedger(server.url, { deadlineMs: 20_000 })
  const spend = redisSpend(server.url)
  for (const { close } of [ledger, spend]) closeAfter(() => close())
  for (const account of ['org:acme', 'provider:openai'] as const)
    await ledger.provision('acme', account, [budgetFrom({ limit_usd: '1', period: 'total' })])
  const reserve = (id: string, path: readonly AccountId[], ttlMs = 60_000) =>
    ledger.reserve({
      org: 'acme',
      id,
      path,
      min: HELD,
      want: HELD,
      bound: 'proven',
      ttlMs,
      owner: 'a-gateway',
      memo: { requestId: id, model: 'gpt-4o', priceVersion: 'v' },
    })

  await reserve('caller', ['org:acme'])
  await reserve('at-provider', ['provider:openai'])
  await reserve('lost-at-provider', ['provider:openai'], 1)
  for (const id of ['caller', 'at-provider'])
    await ledger.settle({ org: 'acme', id, actual: COST, basis: 'exact' })
  await expect.poll(async () => (await ledger.expire()).length).toBe(1)
  await ledger.settle({ org: 'acme', id: 'lost-at-provider', actual: COST, basis: 'exact' })

  const states = await ledger.read('acme', ['org:acme', 'provider:openai'])
  expect(states.map(({ spent, reserved, unconfirmed }) => [spent, reserved, unconfirmed])).toEqual([
    [40, 0, 0],
    [80, 0, 0],
  ])
  expect((await spend.daily('acme')).map(({ path, charged }) => [path, charged.usd])).toEqual([
    [['org:acme'], 40],
  ])
})
