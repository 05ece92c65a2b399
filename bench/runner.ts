import type { TargetFigures } from './measure.ts'
import type { BenchProcess } from './processes/start-process.ts'
import type { TargetAddress } from './targets/target.ts'
import type { Target } from './targets.ts'

/** A target that runs, with what each round has found of it. */
export interface Runner extends Target {
  readonly process: BenchProcess
  readonly address: TargetAddress
  readonly rounds: TargetFigures[]
  /** Requests that the provider has answered behind it, those of the warm-up too. */
  served: number
  peakRssBytes: number
}
