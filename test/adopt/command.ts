import { spawn } from 'node:child_process'
import { delimiter, dirname } from 'node:path'

export interface CommandOptions {
  readonly cwd: string
  /** The folder of the `node` that everything in the command runs on. Default: this process's own. */
  readonly node?: string
  readonly timeoutMs?: number
}

/**
 * Run a command as a consumer would: none of this repository's tools on its PATH, and nothing of the `npm run` that may
 * have started us in its environment. Resolves to what it printed.
 *
 * @throws Error with everything that it printed, when it exits with another code than 0 or takes too long.
 */
export function run(
  command: string,
  args: readonly string[],
  { cwd, node = dirname(process.execPath), timeoutMs = 240_000 }: CommandOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that a command that hangs takes its children along when it is ended.
    const child = spawn(command, args, { cwd, env: environment(node), detached: true })
    let output = ''
    const append = (chunk: string) => {
      output += chunk
    }
    const timer = setTimeout(() => {
      append(`\nended by force after ${timeoutMs} ms`)
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, timeoutMs)
    child.stdout.setEncoding('utf8').on('data', append)
    child.stderr.setEncoding('utf8').on('data', append)
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      if (code === 0) resolve(output)
      else reject(new Error(output))
    })
  })
}

/** What `npm run` tells its children about the package it runs in: a consumer's npm must not hear it. */
const OF_OUR_NPM = /^(npm_(package|lifecycle|command|execpath|node_execpath|config_local_prefix)|INIT_CWD$)/

function environment(node: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OF_OUR_NPM.test(name))
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return { ...Object.fromEntries(kept), PATH: [node, ...path].join(delimiter), NO_COLOR: '1' }
}
