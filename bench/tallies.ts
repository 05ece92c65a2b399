import type { Runner } from './runner.ts'
import type { Tally, TargetQuestion } from './targets/target.ts'

/**
 * Hold what targets have counted, books above all, to what the provider has served: figures of a gateway that charges
 * wrongly would mean nothing. Returns a sentence for each target that counts.
 *
 * @throws Error that names the first count that is not exactly right.
 */
export async function checkTallies(runners: readonly Runner[]): Promise<string[]> {
  const sentences: string[] = []
  for (const { name, process, served } of runners) {
    const tally = await process.ask<Tally | null>('tally' satisfies TargetQuestion)
    if (!tally) continue
    for (const [what, { total, perRequest }] of Object.entries(tally)) {
      if (total === served * perRequest) continue
      throw new Error(
        `${name} served ${served} requests and says ${total} ${what}: ${served * perRequest} is right`,
      )
    }
    const counts = Object.entries(tally).map(([what, { total }]) => `${total} ${what}`)
    sentences.push(`${name}: ${served} requests served; ${counts.join(', ')}: right.`)
  }
  return sentences
}
