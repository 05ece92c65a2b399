import { ADJUST, READ } from './ledger/accounts.ts'
import { benchOn, type Case, type MakeLedger, type Runner, type Section, START_MS } from './ledger/bench.ts'
import { RELEASE, SETTLE } from './ledger/close.ts'
import { CROSSINGS } from './ledger/crossings.ts'
import { EXPIRE, HEARTBEAT } from './ledger/expire.ts'
import { EXTEND } from './ledger/extend.ts'
import { historyCase } from './ledger/history.ts'
import { inStepCase, type Tried } from './ledger/in-step.ts'
import { ORGS } from './ledger/orgs.ts'
import { PROVISION } from './ledger/provision.ts'
import { RACES } from './ledger/races.ts'
import { RAISE } from './ledger/raise.ts'
import { RESERVE } from './ledger/reserve.ts'
import { UNSEEN } from './ledger/unseen-accounts.ts'
import { WINDOWS } from './ledger/windows.ts'

export type { LedgerRequest, LedgerUnderTest, MakeLedger, Runner } from './ledger/bench.ts'
export type { Tried } from './ledger/in-step.ts'

export interface LedgerConformanceOptions {
  /** Where the random histories start; a failure names the seed of its case. */
  readonly seed?: number
  /** Histories that are played once, doubled, and with every reply lost. */
  readonly histories?: number
  /** Commands that are given in step with the reference model, at least. */
  readonly operations?: number
  /** Told what the histories in step have tried: every command by its answer, and how often. */
  readonly onTried?: (tried: Tried) => void
}

/**
 * Hold a ledger to its interface: first test 0, which knows no model and no rule but that a command given twice counts
 * once; then each command, sentence by sentence; then races; then random histories in step with a reference model, with
 * the whole of the books compared after every step. Nothing sleeps: the ledger is given the suite's clock.
 *
 * @param makeLedger makes empty books; asked once per case, sometimes more often.
 *
 * @example
 * ledgerConformance({ describe, it, expect }, ({ clock, budgets }) => ({ ledger: myLedger(url, { clock, budgets }) }))
 */
export function ledgerConformance(
  { describe, it, expect }: Runner,
  makeLedger: MakeLedger,
  { seed = 1, histories = 10, operations = 4000, onTried = () => {} }: LedgerConformanceOptions = {},
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
    'a settle that asks': CROSSINGS,
    release: RELEASE,
    expire: EXPIRE,
    windows: WINDOWS,
    provision: PROVISION,
    'a raise': RAISE,
    'accounts nobody has seen': UNSEEN,
    read: READ,
    adjust: ADJUST,
    'two orgs': ORGS,
    races: RACES,
    'random histories, in step with a reference model': Object.fromEntries(
      (['small', 'near 2^52'] as const).map((scale) => [
        `have the same answers and the same books: amounts ${scale}`,
        inStepCase({ seed, scale, operations: Math.ceil(operations / 2), onTried }),
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
