import { loadavg } from 'node:os'
import { CHAT_PATH, JSON_ANSWER, JSON_REQUEST } from './exchange.ts'
import { markdownTable } from './markdown.ts'
import { type Saturated, saturate } from './measure.ts'
import { LOAD_CORE, TARGET_CORE } from './processes/pinning.ts'
import { type BenchProcess, startProcess } from './processes/start-process.ts'
import { median, spread } from './statistics.ts'
import type { Tally, TargetAddress } from './targets/target.ts'
import { settled } from './warm-up.ts'

/**
 * What an answer costs that the cache gives, beside the least that a gateway does for one that its provider gives: `node
 * bench/cache-hit.ts`, after a build. Every stage is on, and each request is known, allowed and recorded.
 */
const ROUNDS = 9
const ROUND_MS = 1000
/** The most that either is warmed for: it ends where that gets nothing cheaper. */
const WARM_MS = 90_000
/** A hit is written anew, and may be shorter than what its provider sent, but not than its text. */
const LEAST_BYTES: number = JSON.parse(JSON_ANSWER.toString()).choices[0].message.content.length

const upstream = startProcess('upstream.ts', LOAD_CORE)
const load = startProcess('load.ts', LOAD_CORE)
const origins = [await upstream.ask<string>('where')]
const minimal = await started('minimal')
const cached = await started('tollgate-cached')

await settled(minimal.ask, WARM_MS)
let asked = await served(() => settled(cached.ask, WARM_MS))
const rounds: { readonly minimal: Saturated; readonly cached: Saturated }[] = []
for (let round = 1; round <= ROUNDS; round += 1) {
  process.stderr.write(`round ${round} of ${ROUNDS}\n`)
  const yardstick = await minimal.ask(ROUND_MS)
  let hits: Saturated | undefined
  asked += await served(async () => {
    hits = await cached.ask(ROUND_MS)
  })
  rounds.push({ minimal: yardstick, cached: hits! })
}
if (asked !== 1) throw new Error(`The provider was asked ${asked} times: once is right`)
for (const [what, { total, perRequest }] of Object.entries(await cached.process.ask<Tally>('tally'))) {
  if (what.startsWith('nano-USD') && total !== perRequest)
    throw new Error(`${total} ${what}: ${perRequest} is right`)
}

const rowOf = (title: string, of: (round: (typeof rounds)[number]) => Saturated) => [
  title,
  median(rounds.map((round) => of(round).cpuMicrosPerRequest)).toFixed(0),
  spread(rounds.map((round) => of(round).cpuMicrosPerRequest / round.minimal.cpuMicrosPerRequest)),
  median(rounds.map((round) => of(round).requestsPerSecond)).toFixed(0),
]
const rows = [
  rowOf('minimal, which asks its provider', (round) => round.minimal),
  rowOf('a hit, every stage on (aim: below 1 ×)', (round) => round.cached),
]
console.log(markdownTable(['', 'CPU µs/request', '× minimal', 'requests/s'], rows))
console.log(`\n${ROUNDS} interleaved rounds · load ${loadavg()[0]!.toFixed(1)} · the provider was asked once`)
await Promise.all([minimal.process, cached.process, load, upstream].map((child) => child.stop()))

async function started(name: string) {
  const target: BenchProcess = startProcess(`targets/${name}.ts`, TARGET_CORE, origins)
  const { url, authorization } = await target.ask<TargetAddress>('where')
  const question = {
    path: CHAT_PATH,
    headers: { authorization },
    body: JSON_REQUEST,
    leastBytes: LEAST_BYTES,
  }
  return { process: target, ask: (ms: number) => saturate(load, target, { url, asked: question }, ms) }
}

/** How often the provider was asked meanwhile, by its own count. */
async function served(work: () => Promise<unknown>): Promise<number> {
  const before = await upstream.ask<number>('served')
  await work()
  return (await upstream.ask<number>('served')) - before
}
