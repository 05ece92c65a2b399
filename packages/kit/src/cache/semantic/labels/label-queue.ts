import type { NanoUsd } from '../../../core/money.ts'
import { type Overheads, overheads } from '../../overheads.ts'
import { costOfFailure } from '../../paid-failure.ts'
import { type Allowance, allowance } from './allowance.ts'
import type { Judge, Judgement, Pair } from './judge.ts'
import { compareAnswers } from './ladder.ts'

/** A pair to be judged, and who wants to know. */
export interface LabelJob {
  readonly pair: Pair
  /** Of those who share the answers: what judging costs is theirs to know. */
  readonly scope: string
  /** It decides whether the promise is kept: judged first, and whatever labels have cost so far. */
  readonly isAudit: boolean
  readonly told: (judgement: Judgement) => void
}

/** Judges pairs when nobody waits: one at a time, so that a slow judge slows down nothing else. */
export interface LabelQueue {
  add(job: LabelJob): void
  /** An answer was bought: judging may cost a hundredth of that. */
  readonly earn: Allowance['earn']
  /** What judging has cost in a scope since this was asked last, nano-USD. */
  readonly claim: Overheads['claim']
  /** What judging has cost since this process began, nano-USD. */
  readonly spentNanoUsd: number
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>
  close(): void
}

export interface LabelQueueOptions {
  /** For what no comparison of texts can tell; without it that is unsure. */
  readonly judge?: Judge | undefined
  /** Jobs that wait; the oldest that is no audit goes when there are more. */
  readonly maxWaiting?: number
}

export function labelQueue({ judge, maxWaiting = 256 }: LabelQueueOptions): LabelQueue {
  const waiting: LabelJob[] = []
  const purse = allowance()
  const ending = new AbortController()
  const costs = overheads()
  let working: Promise<void> | undefined

  function spend(scope: string, costNanoUsd: NanoUsd): void {
    purse.spend(costNanoUsd)
    costs.spend(scope, costNanoUsd)
  }

  async function judged({ pair, scope, isAudit }: LabelJob): Promise<Judgement> {
    const compared = compareAnswers(pair)
    if (compared) return compared
    if (!judge || !(isAudit || purse.isLeft)) return 'unsure'
    try {
      const { judgement, costNanoUsd } = await judge(pair, ending.signal)
      spend(scope, costNanoUsd)
      return judgement
    } catch (error) {
      spend(scope, costOfFailure(error))
      return 'unsure'
    }
  }

  async function work(): Promise<void> {
    for (let job = next(); job && !ending.signal.aborted; job = next()) job.told(await judged(job))
    working = undefined
  }

  function next(): LabelJob | undefined {
    const audit = waiting.findIndex(({ isAudit }) => isAudit)
    return waiting.splice(Math.max(0, audit), 1)[0]
  }

  return {
    add(job) {
      waiting.push(job)
      if (waiting.length > maxWaiting) {
        const least = waiting.findIndex(({ isAudit }) => !isAudit)
        waiting.splice(Math.max(0, least), 1)[0]!.told('unsure')
      }
      // Begun in a turn of its own: whoever adds a job is at a request's end.
      working ??= Promise.resolve().then(work)
    },
    earn: purse.earn,
    claim: costs.claim,
    get spentNanoUsd() {
      return costs.spentNanoUsd
    },
    idle: async () => void (await working),
    close: () => ending.abort(),
  }
}
