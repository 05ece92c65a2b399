import { nanoUsd } from '@tollgate/kit/core'
import { budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import { memoryLedger } from '@tollgate/testing'
import { expect, it, onTestFinished } from 'vitest'
import { tellingCrossings } from './crossings.ts'

const ORG = 'acme'
const ID = '019a0000-0000-7000-8000-000000000001'

async function spending() {
  const books = memoryLedger()
  onTestFinished(() => books.close())
  await books.provision(ORG, 'key:ada', [budgetFrom({ limit_usd: '1', period: 'total' })])
  const told: number[] = []
  let loses = false
  const lossy: Ledger = {
    ...books,
    async settle(command) {
      const result = await books.settle(command)
      if (loses) throw new Error('the connection broke')
      return result
    },
  }
  const ledger = tellingCrossings(
    lossy,
    () => [50],
    (_, { percent }) => void told.push(percent),
  )
  const actual = { usd: nanoUsd(600_000_000), tokens: 0, requests: 1 }
  const reserved = await books.reserve({
    org: ORG,
    id: ID,
    path: ['key:ada'],
    owner: 'p1',
    ttlMs: 60_000,
    bound: 'proven',
    min: actual,
    want: actual,
    memo: { requestId: 'q1', model: 'm', priceVersion: 'p1' },
  })
  expect(reserved).toMatchObject({ status: 'ok' })
  const settle = () => ledger.settle({ org: ORG, id: ID, basis: 'exact', actual })
  return {
    told,
    settle,
    lose(lost: boolean) {
      loses = lost
    },
  }
}

it('a budget that has come so far is told of once, however often its settle is said', async () => {
  const { told, settle } = await spending()
  await settle()
  expect(await settle()).toMatchObject({ status: 'repeat' })
  expect(told).toEqual([50])
})

it('is told of by the settle that is said again, where the answer of the first was lost', async () => {
  const { told, settle, lose } = await spending()
  lose(true)
  await expect(settle()).rejects.toThrow('the connection broke')
  lose(false)
  expect(await settle()).toMatchObject({ status: 'repeat' })
  await settle()
  expect(told).toEqual([50])
})
