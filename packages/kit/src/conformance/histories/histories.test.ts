import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../ledger/ledger.ts'
import { benchOn, type MakeLedger, START_MS } from '../ledger/bench.ts'
import { inStepCase, type Tried } from '../ledger/in-step.ts'
import { referenceLedger } from '../reference/reference-ledger.ts'
import { shortest } from './shortest.ts'

/** Random histories on the reference itself, with a mistake made in it. */
async function playWith(
  mistake: (ledger: Ledger) => Partial<Ledger>,
  operations: number,
): Promise<Tried | undefined> {
  const clock = { nowMs: START_MS }
  const make: MakeLedger = (request) => {
    const ledger = referenceLedger(request)
    return { ledger: { ...ledger, ...mistake(ledger) } }
  }
  let tried: Tried | undefined
  const check = inStepCase({ seed: 1, scale: 'small', operations, onTried: (one) => (tried = one) })
  const bench = benchOn(await make({ clock: { now: () => clock.nowMs }, budgets: [] }), clock, make)
  await check(bench, expect)
  return tried
}

describe('random histories', () => {
  it('get every answer there is', async () => {
    const tried = await playWith(() => ({}), 8000)
    expect([...tried!.answers.keys()].toSorted()).toEqual([
      ...['adjust no_account', 'adjust no_budget', 'adjust ok', 'adjust repeat'],
      ...['expire none', 'expire some', 'expired none', 'expired some'],
      ...['extend denied exceeded', 'extend denied overdraft', 'extend denied reserved'],
      ...['extend finished', 'extend open', 'extend revived', 'extend unknown'],
      ...['heartbeat none', 'heartbeat some', 'provision ok', 'provision unchanged'],
      ...['raise no_account', 'raise no_budget', 'raise ok', 'raise unchanged'],
      ...['release conflict', 'release released', 'release repeat', 'release tombstoned'],
      ...['reserve conflict', 'reserve denied exceeded', 'reserve denied overdraft'],
      ...['reserve denied reserved', 'reserve finished', 'reserve no_account too_many'],
      ...['reserve no_account unknown', 'reserve ok', 'reserve ok repeat'],
      ...['settle conflict', 'settle late', 'settle late overdraft', 'settle repeat'],
      ...['settle repeat overdraft', 'settle settled', 'settle settled overdraft', 'settle unbooked'],
      ...['settleExpired none', 'settleExpired some'],
    ])
  })

  it('tell a mistake by its seed and by a short program', async () => {
    const refundsLate = (ledger: Ledger): Partial<Ledger> => ({
      async settle(command) {
        const reply = await ledger.settle(command)
        const { org, id } = command
        if (reply.status === 'late') await ledger.release(org, id)
        return reply.status === 'late' ? { ...reply, overdraft: false } : reply
      },
    })
    const failure: Error = await playWith(refundsLate, 4000).then(
      () => new Error('nothing was found'),
      (error) => error,
    )
    const [first, ...program] = failure.message.split('\n')
    expect(first).toMatch(
      /^seed \d+, small: after \d+ of \d+ commands, or after these \d+, given \d at a time,$/,
    )
    const commands = program.filter((line) => /^(await ledger|clock)/.test(line))
    expect(commands.length).toBeLessThanOrEqual(5)
    expect(commands.at(-1)).toMatch(/^await ledger\.settle/)
    expect(program).toContain('settle is answered')
  })
})

describe('the shortest history', () => {
  const fails = (needed: readonly number[]) => async (steps: readonly number[]) =>
    needed.every((step) => steps.includes(step))

  it('keeps what the failure needs, in its order, and nothing else', async () => {
    const history = Array.from({ length: 100 }, (_, at) => at)
    expect(await shortest(history, fails([3, 50, 99]))).toEqual([3, 50, 99])
    expect(await shortest(history, fails([]))).toEqual([])
    expect(await shortest(history, fails(history))).toEqual(history)
  })
})
