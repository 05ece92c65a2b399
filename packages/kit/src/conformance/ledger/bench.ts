import type { Clock } from '../../core/clock.ts'
import { type BudgetEntry, budgetFrom, type DefaultBudget } from '../../ledger/budget-entry.ts'
import type {
  AccountId,
  Amounts,
  Basis,
  Extend,
  Ledger,
  Reserve,
  ReserveResult,
  Settle,
  Shortfall,
} from '../../ledger/ledger.ts'

/** The part of a test runner that the suite needs: vitest's, Jest's, or anything of their shape. */
export interface Runner {
  describe(name: string, body: () => void): void
  it(name: string, body: () => Promise<void>): void
  expect(value: unknown): {
    toEqual(expected: unknown): void
    toMatchObject(expected: object): void
  }
}

/** What the suite asks for: empty books, on a clock of its own. */
export interface LedgerRequest {
  readonly clock: Clock
  readonly budgets: readonly DefaultBudget[]
  readonly maxAuto?: number
}

export interface LedgerUnderTest {
  readonly ledger: Ledger
  /** Close the ledger and open its books again, as a restart would; left out where books do not outlive a ledger. */
  readonly reopen?: () => Promise<Ledger>
}

export type MakeLedger = (request: LedgerRequest) => LedgerUnderTest | Promise<LedgerUnderTest>

/** One case: a sentence that is to hold, and how to find out. */
export type Case = (bench: Bench, expect: Runner['expect']) => Promise<void>
export type Section = Readonly<Record<string, Case>>

/** A ledger and what a case does to it, in the books of {@link ORG} where it says no other. */
export interface Bench {
  readonly ledger: Ledger
  /** {@link PATH}, or its like in another org. */
  readonly path: readonly AccountId[]
  readonly clock: { nowMs: number }
  readonly reopen?: () => Promise<Ledger>
  /** Other empty books on the same clock. */
  another(request: Partial<LedgerRequest>): Promise<Bench>
  /** The same ledger, in the books of another org. */
  within(org: string): Bench
  provision(account: AccountId, ...budgets: BudgetEntry[]): Promise<unknown>
  reserve(command: Partial<Reserve> & { readonly id: string }): Promise<ReserveResult>
  extend(command: Partial<Extend> & { readonly id: string }): ReturnType<Ledger['extend']>
  settle(
    id: string,
    actual: Amounts,
    basis?: Basis,
    alertAt?: readonly number[],
  ): ReturnType<Ledger['settle']>
  release(id: string): ReturnType<Ledger['release']>
  /** [spent, reserved, unconfirmed] of an account's implicit total, in nano-USD. */
  total(account: AccountId): Promise<[number, number, number]>
  /** [spent, reserved, unconfirmed, remaining] of one of its budgets. */
  budget(account: AccountId, id: string): Promise<[number, number, number, number]>
}

/** A Wednesday, at noon in UTC. */
export const START_MS: number = Date.UTC(2026, 10, 18, 12)
export const TTL_MS = 60_000
export const ORG = 'acme'
export const PATH: readonly AccountId[] = ['org:acme', 'team:search', 'key:k1']

/** Integer totals; most cases count in cents, where a cent is 10^7 nano-USD. */
export function amounts(usd: number, tokens = 0, requests = 0): Amounts {
  return { usd, tokens, requests } as Amounts
}

export const cents = (count: number): Amounts => amounts(count * 10_000_000)
export const CENT = 10_000_000

export function benchOn(
  { ledger, reopen }: LedgerUnderTest,
  clock: Bench['clock'],
  make: MakeLedger,
  org: string = ORG,
): Bench {
  const path: readonly AccountId[] = [`org:${org}`, ...PATH.slice(1)]
  const defaults = {
    org,
    path,
    min: cents(10),
    want: cents(10),
    bound: 'proven',
    ttlMs: TTL_MS,
    owner: 'instance-1/boot-1',
    memo: { requestId: 'req_1', model: 'gpt-4o-mini', priceVersion: 'v1' },
  } as const
  return {
    ledger,
    path,
    clock,
    ...(reopen && { reopen }),
    async another(request) {
      return benchOn(
        await make({ clock: { now: () => clock.nowMs }, budgets: [], ...request }),
        clock,
        make,
        org,
      )
    },
    within: (other) => benchOn({ ledger, ...(reopen && { reopen }) }, clock, make, other),
    provision: (account, ...budgets) =>
      ledger.provision(
        org,
        account,
        budgets.map((entry) => budgetFrom(entry)),
      ),
    reserve: (command) => ledger.reserve({ ...defaults, ...command }),
    extend: (command) =>
      ledger.extend({ org, min: cents(0), want: cents(0), consumed: cents(0), ttlMs: TTL_MS, ...command }),
    settle: (id, actual, basis = 'exact', alertAt) =>
      ledger.settle({ org, id, actual, basis, ...(alertAt && { alertAt }) } satisfies Settle),
    release: (id) => ledger.release(org, id),
    async total(account) {
      const [state] = await ledger.read(org, [account])
      return [state!.spent, state!.reserved, state!.unconfirmed]
    },
    async budget(account, id) {
      const [state] = await ledger.read(org, [account])
      const { spent, reserved, unconfirmed, remaining } = state!.budgets.find(({ budget }) => budget === id)!
      return [spent, reserved, unconfirmed, remaining]
    },
  }
}

/** The accounts of the bench's path, with a hard daily dollar on its key. */
export async function provisionPath(bench: Bench): Promise<void> {
  const [org, team, key] = bench.path
  await bench.provision(org!)
  await bench.provision(team!)
  await bench.provision(key!, { limit_usd: '1.00', period: 'daily' })
}

export async function shortfallOf(reply: Promise<{ readonly status: string }>): Promise<Shortfall> {
  const answer = (await reply) as { status: string; shortfall?: Shortfall }
  if (answer.status !== 'denied') throw new Error(`expected a denial, got ${JSON.stringify(answer)}`)
  return answer.shortfall!
}
