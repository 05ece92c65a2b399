import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { installNode, type Node } from './nodes.ts'
import { packAll } from './pack.ts'
import { copyProject, install, runCheck } from './project.ts'
import { type Tally, tally } from './tally.ts'

/** Beside the Node that runs this: the oldest that `engines` promises, and the newest. */
const OTHER_NODES = ['22.19.0', '^26.0.0']
/** Projects that run on those too: one of each way to load the packages, and the product. */
const ON_EVERY_NODE: ReadonlySet<string> = new Set(['express5-esm', 'plain-require', 'npx-tollgate'])
const AT_ONCE = 2

/**
 * Adopt the packages as strangers do: pack them, install the tarballs outside the tree into one project per way of
 * using them, and run each project's own checks. `KEEP=1` keeps the projects; arguments choose fixtures by name.
 */
async function adopt(fixtures: readonly string[]): Promise<Tally> {
  const home = await mkdtemp(join(tmpdir(), 'tollgate-adopt-'))
  const checks = tally()
  try {
    const nodes = await prepare(home, checks, fixtures)
    if (checks.failed > 0) return checks
    const waiting = [...fixtures]
    const takeTurns = async () => {
      for (let name = waiting.shift(); name; name = waiting.shift()) await adoptOne(name, home, nodes, checks)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, takeTurns))
    return checks
  } finally {
    if (process.env.KEEP) console.log(`kept in ${home}`)
    else await rm(home, { recursive: true, force: true })
  }
}

/** Tarballs for all, and every Node that some fixture runs on; this process's own comes first. */
async function prepare(home: string, checks: Tally, fixtures: readonly string[]): Promise<Node[]> {
  const nodes: Node[] = [{ version: process.versions.node, bin: dirname(process.execPath) }]
  await checks.check('npm pack', () => packAll(join(home, 'tarballs')))
  if (!fixtures.some((name) => ON_EVERY_NODE.has(name))) return nodes
  for (const range of OTHER_NODES) {
    const folder = join(home, `node${range.replace(/\W/g, '-')}`)
    await checks.check(`install node@${range}`, async () => {
      nodes.push(await installNode(range, folder))
    })
  }
  return nodes
}

async function adoptOne(name: string, home: string, nodes: readonly Node[], checks: Tally): Promise<void> {
  const project = await copyProject(name, home)
  if (!(await checks.check(`${name}: install`, () => install(project)))) return
  for (const node of ON_EVERY_NODE.has(name) ? nodes : nodes.slice(0, 1)) {
    for (const check of project.checks) {
      await checks.check(`${name}: ${check} (node ${node.version})`, () => runCheck(project, check, node))
    }
  }
}

const all = (await readdir(join(import.meta.dirname, 'fixtures'))).sort()
const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !all.includes(name))
if (unknown.length > 0)
  throw new Error(`no such fixture: ${unknown.join(', ')}. There are: ${all.join(', ')}`)

const { passed, failed } = await adopt(chosen.length > 0 ? chosen : all)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
