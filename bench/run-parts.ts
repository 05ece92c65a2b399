import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { hasProgram } from './processes/has-program.ts'
import { isPinned, LOAD_CORE, TARGET_CORE } from './processes/pinning.ts'
import { startProcess } from './processes/start-process.ts'

/** What can be asked of a bench: each is a file that makes one table, in a process of its own. */
export interface Part {
  readonly name: string
  readonly title: string
  readonly file: string
}

export interface PartsOptions {
  /** In the order in which they are run and printed. */
  readonly parts: readonly Part[]
  /** The command that runs them all. */
  readonly command: string
  /** Give each part a fresh Redis, so that none meets what another left. */
  readonly redis?: boolean
}

/** Every part in turn, each on one core, with whatever it needs on the other; or those that `--only` names. */
export async function runParts({ parts, command, redis = false }: PartsOptions): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } })
  if (redis && !hasProgram('redis-server'))
    throw new Error('There is no redis-server on this machine: install it first.')
  for (const part of values.only === undefined ? parts : chosen(parts, values.only.split(','))) {
    process.stderr.write(`${part.name}\n`)
    const table = await (redis ? withRedis(part) : tableOf(part, []))
    console.log(`### ${part.title}\n\n${table}\n\n    ${command} -- --only ${part.name}\n`)
  }
  const pinned = isPinned ? ', what is measured on one of them' : ', nothing pinned'
  console.log(`${availableParallelism()} cores${pinned} · Node ${process.version}`)
}

async function withRedis(part: Part): Promise<string> {
  const redis = startProcess('redis.ts', LOAD_CORE)
  const table = await tableOf(part, [await redis.ask<string>('where')])
  await redis.stop()
  return table
}

async function tableOf({ file }: Part, args: readonly string[]): Promise<string> {
  const part = startProcess(file, TARGET_CORE, args)
  const table = await part.ask<string>('table')
  await part.stop()
  return table
}

function chosen(parts: readonly Part[], names: readonly string[]): readonly Part[] {
  const unknown = names.find((name) => !parts.some((part) => part.name === name))
  if (unknown !== undefined) {
    throw new Error(`--only does not know "${unknown}": ${parts.map(({ name }) => name).join(', ')}`)
  }
  return parts.filter(({ name }) => names.includes(name))
}
