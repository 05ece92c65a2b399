import { CLIENT_AUTHORIZATION } from './exchange.ts'
import { type DirectFigures, measureDirect, measureTarget, useOf } from './measure.ts'
import { readOptions } from './options.ts'
import { hasProgram } from './processes/has-program.ts'
import { LOAD_CORE, TARGET_CORE } from './processes/pinning.ts'
import { startProcess } from './processes/start-process.ts'
import { report } from './report.ts'
import type { Runner } from './runner.ts'
import { checkTallies } from './tallies.ts'
import type { TargetAddress } from './targets/target.ts'
import { warmUp } from './warm-up.ts'

const options = readOptions(process.argv.slice(2))
const ms = options.seconds * 1000

const upstream = startProcess('upstream.ts', LOAD_CORE)
const load = startProcess('load.ts', LOAD_CORE)
const direct: TargetAddress = { url: await upstream.ask('where'), authorization: CLIENT_AUTHORIZATION }
const directRounds: DirectFigures[] = []
const runners: Runner[] = []

const runnable = options.targets.filter(({ needs }) => !needs || hasProgram(needs))
const missing = options.targets
  .filter((target) => !runnable.includes(target))
  .map(({ title, needs }) => `There is no ${needs} on this machine, so there is no row for "${title}".`)
for (const sentence of missing) process.stderr.write(`${sentence}\n`)

const redis = runnable.some(({ needs }) => needs === 'redis-server')
  ? startProcess('redis.ts', LOAD_CORE)
  : undefined
const origins = [direct.url, ...(redis ? [await redis.ask<string>('where')] : [])]

for (const target of runnable) {
  const child = startProcess(`targets/${target.name}.ts`, TARGET_CORE, origins)
  const address = await child.ask<TargetAddress>('where')
  runners.push({ ...target, process: child, address, rounds: [], served: 0, peakRssBytes: 0 })
}

const warmUpMs = options.warmUpSeconds * 1000
for (const runner of runners)
  await counted(runner, () => warmUp(load, runner.process, runner.address, warmUpMs))

// A B C D E, A B C D E, …: whatever else the machine does meets all of them alike.
for (let round = 1; round <= options.rounds; round += 1) {
  process.stderr.write(`round ${round} of ${options.rounds}\n`)
  directRounds.push(await measureDirect(load, direct, ms))
  for (const runner of runners) {
    runner.rounds.push(await counted(runner, () => measureTarget(load, runner.process, runner.address, ms)))
  }
}

for (const runner of runners) runner.peakRssBytes = (await useOf(runner.process)).peakRssBytes
const tallies = await checkTallies(runners)
console.log(report({ options, runners, directRounds, tallies, missing }))
const targets = runners.map((runner) => runner.process)
await Promise.all([...targets, load, upstream, ...(redis ? [redis] : [])].map((child) => child.stop()))

/** Do something with a runner, and count what the provider has answered meanwhile: by its own count, not the target's. */
async function counted<Result>(runner: Runner, work: () => Promise<Result>): Promise<Result> {
  const before = await upstream.ask<number>('served')
  const result = await work()
  runner.served += (await upstream.ask<number>('served')) - before
  return result
}
