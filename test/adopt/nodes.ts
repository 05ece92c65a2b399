import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './command.ts'
import { NPM_INSTALL } from './project.ts'

/** A Node to run consumers on, and the folder of its binary. */
export interface Node {
  readonly version: string
  readonly bin: string
}

/** Install a Node from npm's `node` package into a folder outside the tree. */
export async function installNode(range: string, folder: string): Promise<Node> {
  await mkdir(folder, { recursive: true })
  // The binary comes with an install script, which npm runs only where it is allowed by name.
  const manifest = { private: true, dependencies: { node: range }, allowScripts: { node: true } }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await run('npm', NPM_INSTALL, { cwd: folder })
  const bin = join(folder, 'node_modules/node/bin')
  const version = await run(join(bin, 'node'), ['--print', 'process.versions.node'], { cwd: folder })
  return { version: version.trim(), bin }
}
