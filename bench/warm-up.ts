import { type Kind, orderOf, type Saturated, saturate } from './measure.ts'
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
  const ask = (kind: Kind, ms: number) => saturate(load, target, orderOf(address, kind), ms)
  const tookMs = await settled((ms) => ask('json', ms), mostMs)
  await ask('stream', tookMs * STREAMS_OF_WARM_UP)
}

/** Ask until it gets no cheaper, or the time is up; returns how long that took, ms. */
export async function settled(ask: (ms: number) => Promise<Saturated>, mostMs: number): Promise<number> {
  const startedAtMs = performance.now()
  const elapsedMs = () => performance.now() - startedAtMs
  let least = Number.POSITIVE_INFINITY
  for (let looks = 0; looks < SETTLED_LOOKS && elapsedMs() < mostMs; looks += 1) {
    const { cpuMicrosPerRequest } = await ask(Math.min(LOOK_MS, mostMs))
    if (cpuMicrosPerRequest < least * (1 - CHEAPER)) looks = -1
    least = Math.min(least, cpuMicrosPerRequest)
  }
  return elapsedMs()
}
