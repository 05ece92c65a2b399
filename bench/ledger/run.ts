import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { hasProgram } from '../processes/has-program.ts'
import { isPinned, LOAD_CORE, TARGET_CORE } from '../processes/pinning.ts'
import { startProcess } from '../processes/start-process.ts'
import { PARTS, type Part } from './parts.ts'

/** Every part in turn, each on one core with a fresh Redis on the other, so that no part meets what another left. */
const { values } = parseArgs({ options: { only: { type: 'string' } } })
const parts = values.only === undefined ? PARTS : chosen(values.only.split(','))
if (!hasProgram('redis-server'))
  throw new Error('There is no redis-server on this machine: install it first.')

for (const part of parts) {
  process.stderr.write(`${part.name}\n`)
  console.log(
    `### ${part.title}\n\n${await tableOf(part)}\n\n    npm run bench:ledger -- --only ${part.name}\n`,
  )
}
const pinned = isPinned ? ', what is measured on one of them, Redis on the other' : ', nothing pinned'
console.log(`${availableParallelism()} cores${pinned} · Node ${process.version}`)

async function tableOf({ file }: Part): Promise<string> {
  const redis = startProcess('redis.ts', LOAD_CORE)
  const part = startProcess(file, TARGET_CORE, [await redis.ask<string>('where')])
  const table = await part.ask<string>('table')
  await part.stop()
  await redis.stop()
  return table
}

function chosen(names: readonly string[]): readonly Part[] {
  const unknown = names.find((name) => !PARTS.some((part) => part.name === name))
  if (unknown !== undefined) {
    throw new Error(`--only does not know "${unknown}": ${PARTS.map(({ name }) => name).join(', ')}`)
  }
  return PARTS.filter(({ name }) => names.includes(name))
}
