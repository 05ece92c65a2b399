import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './command.ts'
import type { Node } from './nodes.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures')

export const NPM_INSTALL: readonly string[] = [
  'install',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
  '--no-package-lock',
]

/** A consumer of the packages: a fixture, copied outside the tree. */
export interface Project {
  readonly folder: string
  /** The scripts that its package.json calls `check:…`, in order: a later one may use what an earlier one made. */
  readonly checks: readonly string[]
}

/** Copy a fixture beside the tarballs, where its `file:` dependencies point. */
export async function copyProject(name: string, home: string): Promise<Project> {
  const folder = join(home, name)
  await cp(join(FIXTURES, name), folder, { recursive: true })
  const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  return { folder, checks: Object.keys(scripts).filter((script) => script.startsWith('check:')) }
}

export async function install({ folder }: Project): Promise<void> {
  await run('npm', NPM_INSTALL, { cwd: folder })
}

export async function runCheck({ folder }: Project, check: string, { bin }: Node): Promise<void> {
  await run('npm', ['run', '--silent', check], { cwd: folder, node: bin, timeoutMs: 120_000 })
}
