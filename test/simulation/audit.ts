import type { AccountId, ExpiredReservation, Ledger } from '@tollgate/kit/ledger'
import { amounts, ORG } from './gateway.ts'
import type { Meter } from './meter.ts'
import type { Provider } from './provider.ts'

export interface AuditOptions {
  readonly ledger: Ledger
  readonly provider: Provider
  readonly meter: Meter
  readonly accounts: readonly AccountId[]
}

/**
 * When everybody has gone home: the books are what the provider billed, but for what is unconfirmed, and that is never
 * less than it. When the truth about the unconfirmed has come in as well, they are the same to the nano-dollar.
 *
 * @returns how many reservations were unconfirmed.
 */
export async function auditBooks({ ledger, provider, meter, accounts }: AuditOptions): Promise<number> {
  const { wrong, admitted } = meter
  const billedOf = (id: string) => provider.billed.get(id) ?? 0
  const dead = new Map((await ledger.expired()).map((expired) => [expired.id, expired]))
  for (const { account, spent, reserved } of await ledger.read(ORG, accounts)) {
    const living = [...admitted].filter(([id, path]) => path.includes(account) && !dead.has(id))
    const billed = sum(living.map(([id]) => billedOf(id)))
    const charged = spent - sum(onAccount(dead.values(), account).map((one) => one.charged.usd))
    if (reserved !== 0) wrong.push(`${account} still holds ${reserved}`)
    if (charged !== billed) wrong.push(`${account} is charged ${charged}, and was billed ${billed}`)
  }
  for (const { id, charged } of dead.values()) {
    if (charged.usd < billedOf(id)) wrong.push(`${id} is charged ${charged.usd}, billed ${billedOf(id)}`)
    await ledger.settle({ org: ORG, id, actual: amounts(billedOf(id)), basis: 'exact' })
  }
  for (const { account, spent, unconfirmed } of await ledger.read(ORG, accounts)) {
    const all = [...admitted].filter(([, path]) => path.includes(account))
    const billed = sum(all.map(([id]) => billedOf(id)))
    if (spent !== billed) wrong.push(`in the end ${account} is charged ${spent}, and was billed ${billed}`)
    if (unconfirmed !== 0) wrong.push(`in the end ${unconfirmed} of ${account} are unconfirmed`)
  }
  return dead.size
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const onAccount = (expired: Iterable<ExpiredReservation>, account: AccountId): ExpiredReservation[] =>
  [...expired].filter(({ path }) => path.includes(account))
