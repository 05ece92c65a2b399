import { type History, programOf } from '../histories/command.ts'
import { drawHistory, type Scale } from '../histories/draw.ts'
import { type Difference, type InStepOptions, playInStep } from '../histories/in-step.ts'
import { shortest } from '../histories/shortest.ts'
import { newTally } from '../histories/tally.ts'
import { referenceLedger } from '../reference/reference-ledger.ts'
import type { Bench, Case } from './bench.ts'

/** Long enough for budgets to be used up and windows to turn, short enough for a failure to be read. */
const STEPS = 120

export interface InStepCase {
  readonly seed: number
  readonly scale: Scale
  /** Play histories, each with the seed after the last one's, until so many commands have been compared. */
  readonly operations: number
  readonly onTried: (tried: Tried) => void
}

/** What random histories have come to. */
export interface Tried {
  readonly scale: Scale
  readonly histories: number
  readonly operations: number
  /** `reserve ok`, `reserve denied exceeded`, and so on, and how often. */
  readonly answers: ReadonlyMap<string, number>
}

/**
 * Random histories in step with a reference model. The first that differs is made as short as it gets, and told with its
 * seed.
 */
export function inStepCase({ seed, scale, operations, onTried }: InStepCase): Case {
  return async (bench) => {
    const tally = newTally()
    let at = seed
    for (; tally.operations < operations; at++) {
      const history = drawHistory(at, scale, STEPS)
      // Every other history comes in breaths: several commands before the first is answered.
      const options = { breath: at % 2 === 0 ? 1 : 6, onCompared: tally.count }
      const difference = await play(bench, history, options)
      if (difference)
        throw new Error(await told({ bench, history, difference, options, name: `${at}, ${scale}` }))
    }
    onTried({ scale, histories: at - seed, operations: tally.operations, answers: tally.answers })
  }
}

/** From the beginning: on empty books, with the clock where it was. */
async function play(bench: Bench, history: History, options: InStepOptions): Promise<Difference | undefined> {
  const { clock } = bench
  const startMs = clock.nowMs
  const budgets = [
    { per: 'user', limit_tokens: 900, period: 'daily' },
    { per: 'user', limit_requests: 2, period: 'hourly', mode: 'soft' },
  ] as const
  const request = { budgets, maxAuto: 3 }
  const { ledger, reopen } = await bench.another(request)
  const reference = referenceLedger({ clock: { now: () => clock.nowMs }, ...request })
  const pair = { ledger, reference, clock, ...(reopen && { reopen }) }
  const difference = await playInStep(pair, history, options)
  await pair.ledger.close()
  clock.nowMs = startMs
  return difference
}

interface Failure {
  readonly bench: Bench
  readonly name: string
  readonly history: History
  readonly difference: Difference
  readonly options: InStepOptions
}

async function told({ bench, name, history, difference, options }: Failure): Promise<string> {
  const quietly = { ...options, onCompared() {} }
  const upToThere = history.slice(0, difference.at)
  const best = await shortest(upToThere, async (shorter) => Boolean(await play(bench, shorter, quietly)))
  const { sentence } = (await play(bench, best, quietly)) ?? difference
  return `seed ${name}: after ${difference.at} of ${history.length} commands, or after these ${best.length}, given ${options.breath} at a time,\n${programOf(best)}\n${sentence}`
}
