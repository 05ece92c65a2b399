import { spawnSync } from 'node:child_process'

/** Says where the Valkey is that tests are to run on, when it is not on the PATH. */
export const VALKEY_VARIABLE = 'TOLLGATE_VALKEY_SERVER'

/** A `valkey-server` to start: the one that the environment names, else the one on the PATH; undefined when there is none. */
export function valkeyServer(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const program = env[VALKEY_VARIABLE] ?? 'valkey-server'
  const { error, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  if (!error && stdout.startsWith('Valkey server')) return program
  if (env[VALKEY_VARIABLE] !== undefined)
    throw new Error(`${VALKEY_VARIABLE} names no valkey-server: ${program}`)
  return undefined
}
