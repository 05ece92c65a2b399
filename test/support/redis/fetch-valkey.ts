import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { VALKEY_VARIABLE, valkeyServer } from './valkey.ts'

/** Kept from one run to the next, and away with `node_modules`. */
const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/tollgate-valkey')
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg'
const SOURCE = `deb [signed-by=${KEYS}] http://deb.debian.org/debian trixie main\n`

/**
 * Vitest calls this once, before the long version of the proof. Where there is no Valkey and apt is at hand, Debian's own
 * is fetched with all that it is linked to, checked by apt, and unpacked into a folder: nothing of it is installed.
 */
export function setup(): void {
  if (valkeyServer()) return
  const program = join(CACHE, 'valkey-server')
  const failure = existsSync(program) ? undefined : fetchTo(program)
  if (failure) return console.error(`NOT PROVED on Valkey: ${failure}`)
  process.env[VALKEY_VARIABLE] = program
}

/** @returns why it is not there; undefined when it is. */
function fetchTo(program: string): string | undefined {
  if (process.arch !== 'x64' || !existsSync(KEYS)) return 'put valkey-server on the PATH'
  console.error(`The proof runs on Valkey too: fetching Debian's into ${CACHE}.`)
  rmSync(CACHE, { recursive: true, force: true })
  const root = join(CACHE, 'root')
  for (const folder of ['lists/partial', 'archives/partial', 'root'])
    mkdirSync(join(CACHE, folder), { recursive: true })
  writeFileSync(join(CACHE, 'sources.list'), SOURCE)
  writeFileSync(join(CACHE, 'status'), '')

  const archives = join(CACHE, 'archives')
  const download = ['-y', '--no-install-recommends', '--download-only', 'install', 'valkey-server']
  const failed = apt('update') ?? apt(...download) ?? unpack(archives, root)
  if (failed !== undefined) return `apt could not fetch it: ${failed.slice(-500)}`

  const libraries = join(root, 'usr/lib/x86_64-linux-gnu')
  const command = [
    join(libraries, 'ld-linux-x86-64.so.2'),
    '--library-path',
    libraries,
    join(root, 'usr/bin/valkey-server'),
  ]
  writeFileSync(program, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(' ')} "$@"\n`)
  chmodSync(program, 0o755)
  rmSync(archives, { recursive: true })
  const { stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  if (stdout.startsWith('Valkey server')) return undefined
  rmSync(program)
  return `it does not run here: ${stderr}`
}

/** Apt on a machine that has nothing installed yet, so that it fetches every library. @returns what it said when it failed. */
function apt(...words: readonly string[]): string | undefined {
  const settings = {
    'Dir::Etc::sourcelist': join(CACHE, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': CACHE,
    'Dir::State::status': join(CACHE, 'status'),
    'Dir::Cache': CACHE,
    'APT::Architecture': 'amd64',
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  }
  return run(
    'apt-get',
    ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...words,
  )
}

function unpack(archives: string, root: string): string | undefined {
  for (const archive of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    const failed = run('dpkg-deb', '-x', join(archives, archive), root)
    if (failed !== undefined) return failed
  }
  return undefined
}

function run(program: string, ...words: readonly string[]): string | undefined {
  const { status, error, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' })
  return status === 0 ? undefined : (error?.message ?? stdout + stderr)
}
