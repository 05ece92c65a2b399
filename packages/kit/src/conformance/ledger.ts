import { ADJUST, PROVISION, READ } from './ledger/accounts.ts'
import { benchOn, type Case, type MakeLedger, type Runner, type Section, START_MS } from './ledger/bench.ts'
import { RELEASE, SETTLE } from './ledger/close.ts'
import { EXPIRE, HEARTBEAT } from './ledger/expire.ts'
import { EXTEND } from './ledger/extend.ts'
import { historyCase } from './ledger/history.ts'
import { RACES } from './ledger/races.ts'
import { RESERVE } from './ledger/reserve.ts'
import { UNSEEN } from './ledger/unseen-accounts.ts'
import { walkCase } from './ledger/walk.ts'
import { WINDOWS } from './ledger/windows.ts'

export type { LedgerRequest, LedgerUnderTest, MakeLedger, Runner } from './ledger/bench.ts'

export interface LedgerConformanceOptions {
  /** Where the random histories start; a failure names the seed of its case. */
  readonly seed?: number
  /** Random histories of each kind. */
  readonly histories?: number
}

/**
 * Hold a ledger to its interface: first test 0, which knows no model and no rule but that a command given twice counts
 * once; then each command, sentence by sentence; then races, and random walks with the invariants checked after every
 * step. Nothing sleeps: the ledger is given the suite's clock.
 *
 * @param makeLedger makes empty books; asked once per case, sometimes more often.
 *
 * @example
 * ledgerConformance({ describe, it, expect }, ({ clock, budgets }) => ({ ledger: myLedger(url, { clock, budgets }) }))
 */
export function ledgerConformance(
  { describe, it, expect }: Runner,
  makeLedger: MakeLedger,
  { seed = 1, histories = 10 }: LedgerConformanceOptions = {},
): void {
  const seeds = Array.from({ length: histories }, (_, at) => seed + at)
  const sections: Record<string, Section> = {
    'a history, once, doubled, and with every reply lost': Object.fromEntries(
      seeds.map((each) => [
        `comes out the same, and as the provider counted: seed ${each}`,
        historyCase(each),
      ]),
    ),
    reserve: RESERVE,
    extend: EXTEND,
    heartbeat: HEARTBEAT,
    settle: SETTLE,
    release: RELEASE,
    expire: EXPIRE,
    windows: WINDOWS,
    provision: PROVISION,
    'accounts nobody has seen': UNSEEN,
    read: READ,
    adjust: ADJUST,
    races: RACES,
    'a random walk': Object.fromEntries(
      seeds.flatMap((each) => [
        [`keeps the invariants with small amounts: seed ${each}`, walkCase(each, 150, 1)],
        [`keeps the invariants near 2^52: seed ${each}`, walkCase(each, 150, 2 ** 40)],
      ]),
    ),
  }
  for (const [name, section] of Object.entries(sections)) {
    describe(name, () => {
      for (const [sentence, check] of Object.entries(section)) it(sentence, () => run(check))
    })
  }

  async function run(check: Case): Promise<void> {
    const clock = { nowMs: START_MS }
    const ledgers: { close(): Promise<void> }[] = []
    const make: MakeLedger = async (request) => {
      const made = await makeLedger(request)
      ledgers.push(made.ledger)
      if (!made.reopen) return made
      const reopen = async () => {
        const ledger = await made.reopen!()
        ledgers.push(ledger)
        return ledger
      }
      return { ...made, reopen }
    }
    try {
      const request = { clock: { now: () => clock.nowMs }, budgets: [] }
      await check(benchOn(await make(request), clock, make), expect)
    } finally {
      for (const ledger of ledgers) await ledger.close()
    }
  }
}
