import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from './ports.ts'
import type { TestAuthority } from './tls.ts'

/** One `redis-server` of a test: a real process, in a folder of its own. */
export interface RedisProcess {
  readonly host: string
  readonly port: number
  readonly url: string
  readonly folder: string
  /** kill -9, and wait until it is dead. What it had only in memory is lost. */
  kill(): Promise<void>
  /** Start again, on the same port and in the same folder. */
  restart(): Promise<void>
  /** SIGSTOP: it is there, its connections are open, and it answers nobody. */
  pause(): void
  resume(): void
  /** Dead, and its folder gone. */
  stop(): Promise<void>
}

export interface RedisProcessOptions {
  /** Lines of `redis.conf`, without the repetition: `{ appendonly: 'yes' }`. */
  readonly config?: Readonly<Record<string, string>>
  readonly sentinel?: boolean
  /** What is started: `redis-server` unless said otherwise, found on the PATH when it is no path. */
  readonly program?: string
  /** Beside this process's own environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Who has signed for it: it then speaks nothing but TLS. */
  readonly tls?: TestAuthority
}

/** What does not change when a server is started again. */
interface Start {
  readonly folder: string
  readonly sentinel: boolean
  readonly program: string
  readonly env: Readonly<Record<string, string>>
  readonly tls: TestAuthority | undefined
}

const HOST = '127.0.0.1'
const KEEP_NOTHING = { save: '""', appendonly: 'no', 'repl-diskless-sync-delay': '0' }
/** How often another process may take a port between the moment it was given out and the moment Redis binds it. */
const ATTEMPTS = 5

/**
 * Start a server that keeps nothing unless told to. It listens on this machine only, and does not outlive the process
 * that started it, however that ends.
 */
export async function startRedis({
  config = {},
  sentinel = false,
  program = 'redis-server',
  env = {},
  tls,
}: RedisProcessOptions = {}): Promise<RedisProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-redis-'))
  const start = { folder, sentinel, program, env, tls }
  const { port, child } = await firstStart(start, config)
  let running = child

  async function kill(): Promise<void> {
    const dead = running.exitCode === null && running.signalCode === null ? once(running, 'exit') : undefined
    running.kill('SIGKILL')
    await dead
  }

  return {
    host: HOST,
    port,
    url: `redis${tls ? 's' : ''}://${HOST}:${port}`,
    folder,
    kill,
    async restart() {
      await kill()
      running = await launch(start)
    },
    pause: () => void running.kill('SIGSTOP'),
    resume: () => void running.kill('SIGCONT'),
    async stop() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function firstStart(
  start: Start,
  config: Readonly<Record<string, string>>,
): Promise<{ port: number; child: ChildProcess }> {
  for (let attempt = 1; ; attempt++) {
    const [port = 0, busPort = 0] = await freePorts(2)
    // The bus of a cluster would otherwise be at the port plus 10,000, which the system has not given out.
    const bus = config['cluster-enabled'] === 'yes' ? { 'cluster-port': String(busPort) } : {}
    writeConfig(start.folder, {
      ...portLines(port, start),
      ...(!start.sentinel && KEEP_NOTHING),
      ...bus,
      ...config,
    })
    try {
      return { port, child: await launch(start) }
    } catch (error) {
      if (attempt === ATTEMPTS || !/Address already in use|bind:/.test(String(error))) throw error
    }
  }
}

const portLines = (port: number, { tls }: Start): Readonly<Record<string, string>> =>
  tls ? { port: '0', 'tls-port': String(port), ...tls.config } : { port: String(port) }

function writeConfig(folder: string, config: Readonly<Record<string, string>>): void {
  const lines = Object.entries({ bind: HOST, dir: folder, ...config }).map(
    ([name, value]) => `${name} ${value}\n`,
  )
  writeFileSync(join(folder, 'redis.conf'), lines.join(''))
}

async function launch({ folder, sentinel, program, env }: Start): Promise<ChildProcess> {
  const args = [join(folder, 'redis.conf'), ...(sentinel ? ['--sentinel'] : [])]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  guard(child, folder)
  await ready(child, sentinel)
  // From here on it keeps nobody's event loop alive; before, it may be all that does.
  for (const part of [child, child.stdout, child.stderr]) (part as Partial<ChildProcess>).unref?.()
  return child
}

/**
 * A shell that waits for this process to end, which closes the pipe it reads from, and then ends the server and clears
 * up. It is in a process group of its own, so that a Ctrl-C meant for the tests does not end the guard first.
 */
function guard(child: ChildProcess, folder: string): void {
  if (child.pid === undefined) return
  const watch = spawn('sh', ['-c', 'read _; kill -9 "$0"; rm -rf "$1"', String(child.pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  child.once('exit', () => watch.kill('SIGKILL'))
  for (const part of [watch, watch.stdin]) (part as Partial<ChildProcess>).unref?.()
}

/** Resolves with the line in which the server says that it takes commands; rejects with its last words when it ends. */
function ready(child: ChildProcess, sentinel: boolean): Promise<void> {
  const takesCommands = sentinel ? /Sentinel ID is/ : /Ready to accept connections/
  return new Promise((resolve, reject) => {
    let said = ''
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${said}`)))
    for (const output of [child.stdout!, child.stderr!]) {
      output.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-4000)
        if (takesCommands.test(said)) resolve()
      })
    }
  })
}
