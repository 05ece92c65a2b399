import { type Kind, orderOf, saturate } from './measure.ts'
import type { BenchProcess } from './processes/start-process.ts'
import type { TargetAddress } from './targets/target.ts'

/** How long one look at a target lasts, ms. */
const LOOK_MS = 2_500
/** So many looks in a row that show nothing cheaper than before, and it is taken for warm. */
const SETTLED_LOOKS = 6
/** A look is cheaper when it is so by more than this share: what is less is the machine's noise. */
const CHEAPER = 0.02
/** Streams run most of the code that JSON does, and need less of it. */
const STREAMS_OF_WARM_UP = 0.25

/**
 * Let the compiler see what it will run, until that makes no more difference: a gateway runs for weeks, and one that has
 * served for ten seconds is slower than itself by half, the more so the more code it has.
 *
 * @param mostMs where it ends whether it has settled or not.
 */
export async function warmUp(
  load: BenchProcess,
  target: BenchProcess,
  address: TargetAddress,
  mostMs: number,
): Promise<void> {
  const startedAtMs = performance.now()
  const elapsedMs = () => performance.now() - startedAtMs
  let least = Number.POSITIVE_INFINITY
  for (let settled = 0; settled < SETTLED_LOOKS && elapsedMs() < mostMs; settled += 1) {
    const { cpuMicrosPerRequest } = await look('json', Math.min(LOOK_MS, mostMs))
    if (cpuMicrosPerRequest < least * (1 - CHEAPER)) settled = -1
    least = Math.min(least, cpuMicrosPerRequest)
  }
  await look('stream', elapsedMs() * STREAMS_OF_WARM_UP)

  function look(kind: Kind, ms: number) {
    return saturate(load, target, orderOf(address, kind), ms)
  }
}
