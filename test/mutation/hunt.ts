import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { type Mutant, mutatedCopy } from './mutant.ts'

/** What found a bug. */
export interface Kill {
  readonly mutant: string
  /** The part of the suite, and the test in it. */
  readonly layer: string
  readonly test: string
  /** Commands that were given by then. */
  readonly operations: number
}

export interface HuntOptions {
  /** What is copied with a bug in it: folders and files of one folder. */
  readonly from: string
  readonly parts: readonly string[]
  /** Make the copy ready to run; what this refuses to build has been found. */
  readonly prepare?: (copy: string) => void
  /** A program that holds such a copy to the suite: it is told the copy's folder, and prints kills as JSON, a line each. */
  readonly suite: string
  readonly args?: readonly string[]
  readonly limitMs: number
}

/** Hold every mutant to the suite, each in a process of its own, as many at once as there are processors. */
export async function hunt(
  mutants: readonly Mutant[],
  options: HuntOptions,
): Promise<ReadonlyMap<Mutant, readonly Kill[]>> {
  const found = new Map<Mutant, readonly Kill[]>()
  const waiting = [...mutants]
  async function huntOn(): Promise<void> {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      found.set(mutant, await killsOf(mutant, options))
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, huntOn))
  return found
}

async function killsOf(mutant: Mutant, options: HuntOptions): Promise<Kill[]> {
  const { from, parts, prepare = () => {} } = options
  const copy = mutatedCopy(from, parts, mutant)
  try {
    prepare(copy)
  } catch (error) {
    rmSync(copy, { recursive: true, force: true })
    return [{ mutant: mutant.name, layer: 'build', test: oneLine(error), operations: 0 }]
  }
  try {
    const kills = await runSuite(copy, options)
    return kills.map((kill) => ({ mutant: mutant.name, ...kill }))
  } catch (error) {
    throw new Error(`The suite itself failed: ${mutant.name}`, { cause: error })
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

const oneLine = (error: unknown): string => String(error).replaceAll('\n', ' ')

/** A bug may make the suite run for ever: then it is the clock that finds it. */
function runSuite(copy: string, { suite, args = [], limitMs }: HuntOptions): Promise<Omit<Kill, 'mutant'>[]> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [suite, copy, ...args], { timeout: limitMs }, (error, stdout, stderr) => {
      const lines = stdout.split('\n').filter(Boolean)
      const kills = lines.map((line) => JSON.parse(line))
      if (!error) resolve(kills)
      else if (error.killed) resolve([...kills, { layer: 'clock', test: 'the time limit', operations: 0 }])
      else reject(new Error(stderr))
    })
  })
}

/** The kills as a table to print. */
export function tableOf(kills: readonly Kill[]): string {
  const width = Math.max(...kills.map(({ mutant }) => mutant.length))
  return kills
    .map(({ mutant, layer, test, operations }) => {
      const after = String(operations).padStart(6)
      return `${mutant.padEnd(width)}  ${layer.padEnd(8)} ${after} commands  ${test}`
    })
    .join('\n')
}
