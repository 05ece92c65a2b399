import { nanoUsd } from '@tollgate/kit/core'
import type { AccountId, Amounts, Ledger, Reserve } from '@tollgate/kit/ledger'
import {
  initRedisLedger,
  type RedisLedgerOptions,
  type RedisTarget,
  redisLedger,
} from '@tollgate/kit/ledger/redis'

export const ORG = 'acme'
export const KEY: AccountId = 'key:k1'
export const PATH: readonly AccountId[] = ['org:acme', KEY]

/** Amounts in cents, of which the key has a hundred a day. */
export const cents = (count: number): Amounts => ({
  usd: nanoUsd(count * 10_000_000),
  tokens: 0,
  requests: 0,
})

export const reserving = (id: string, count = 10): Reserve => ({
  org: ORG,
  id,
  path: PATH,
  min: cents(count),
  want: cents(count),
  bound: 'proven',
  ttlMs: 60_000,
  owner: 'instance-1/boot-1',
  memo: { requestId: 'req_1', model: 'gpt-4o-mini', priceVersion: 'v1' },
})

/** Long enough never to be what fails on a busy machine. */
export const PATIENT = { deadlineMs: 20_000 }

/** Books with one key that may spend a dollar a day. Unless told otherwise, their ledger is patient. */
export async function openBooks(target: RedisTarget, options: RedisLedgerOptions = {}): Promise<Ledger> {
  const { prefix, clock } = options
  await initRedisLedger(target, { orgs: [ORG], ...(prefix && { prefix }), ...(clock && { clock }) })
  const ledger = redisLedger(target, { ...PATIENT, ...options })
  await ledger.provision(ORG, 'org:acme', [])
  await ledger.provision(ORG, KEY, [
    { id: 'cap', metric: 'usd', window: 'day', timeZone: 'UTC', limit: 100 * 10_000_000, mode: 'hard' },
  ])
  return ledger
}

/** [spent, reserved, unconfirmed] of the key, in cents. */
export async function standing(ledger: Ledger): Promise<number[]> {
  const [state] = await ledger.read(ORG, [KEY])
  return [state!.spent, state!.reserved, state!.unconfirmed].map((nano) => nano / 10_000_000)
}
