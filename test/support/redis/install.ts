import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'

/** What the installer does to a machine; a test brings another one. */
export interface Machine {
  readonly isRoot: boolean
  /** Run a program to its end. Returns its exit code and what it printed; undefined when there is no such program. */
  run(
    program: string,
    args: readonly string[],
  ): { readonly code: number; readonly output: string } | undefined
  /** Do something while packages that are installed start no services. */
  quietly(work: () => void): void
}

const APT = ['-o', 'DPkg::Lock::Timeout=120', '-y', '-q']
const INSTALL = [...APT, 'install', '--no-install-recommends', 'redis-server']

/**
 * The tests of the ledger run on a real Redis. See to it that there is one: where we may, install it; where we may not,
 * say what is missing.
 *
 * @throws Error in one sentence that says what to install.
 */
export function requireRedis(machine: Machine): void {
  const found = versionOf(machine)
  if (found === undefined) install(machine)
  const version = found ?? versionOf(machine)
  if (version === undefined) {
    throw new Error(
      'The tests need redis-server 7.0 or newer on the PATH: install it (apt-get install redis-server, brew install redis).',
    )
  }
  if (Number.parseInt(version, 10) < 7) {
    throw new Error(
      `The tests need redis-server 7.0 or newer, and the one on the PATH is ${version}: install a newer one.`,
    )
  }
}

function versionOf({ run }: Machine): string | undefined {
  return /v=(\d+\.\d+)/.exec(run('redis-server', ['--version'])?.output ?? '')?.[1]
}

/** The lists of a fresh machine are empty or old: fetch them when the first attempt fails, and not otherwise. */
function install({ isRoot, run, quietly }: Machine): void {
  if (!isRoot || !run('apt-get', ['--version'])) return
  quietly(() => {
    if (run('apt-get', INSTALL)?.code === 0) return
    run('apt-get', [...APT, 'update'])
    const again = run('apt-get', INSTALL)
    if (again?.code !== 0)
      throw new Error(
        `apt-get could not install redis-server, so install it yourself: ${again?.output.slice(-2000)}`,
      )
  })
}

/** Debian asks this program whether a package may start its service. */
const POLICY = '/usr/sbin/policy-rc.d'

export const thisMachine: Machine = {
  isRoot: process.getuid?.() === 0,
  run(program, args) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', env })
    return error ? undefined : { code: status ?? 1, output: stdout + stderr }
  },
  quietly(work) {
    console.error('The tests need redis-server: installing it with apt-get.')
    const ours = !existsSync(POLICY)
    if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
    try {
      work()
    } finally {
      if (ours) rmSync(POLICY)
    }
  },
}

/** Vitest calls this once, before any test. */
export const setup = (): void => requireRedis(thisMachine)
