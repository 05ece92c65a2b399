import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { answering } from './processes/answering.ts'
import { listen } from './processes/listen.ts'
import { temporaryFolder } from './processes/temporary-folder.ts'

/**
 * The Redis of the bench: a real server, on a port that the system gave out, which keeps the books as a fleet's should
 * (an append-only file, synced every second). It runs on the core of this process, and ends with it.
 */
const port = await freePort()
const config = {
  port,
  bind: '127.0.0.1',
  dir: temporaryFolder(),
  appendonly: 'yes',
  appendfsync: 'everysec',
  save: '',
}
const server = spawn(
  'redis-server',
  Object.entries(config).flatMap(([name, value]) => [`--${name}`, String(value)]),
  { stdio: ['ignore', 'pipe', 'inherit'] },
)
// Before the folder goes, in which it would otherwise go on writing.
process.prependListener('exit', () => server.kill('SIGKILL'))
await ready(server)
answering(() => `redis://127.0.0.1:${port}`)

async function freePort(): Promise<string> {
  const holder = createServer()
  const { port: given } = new URL(await listen(holder))
  await new Promise((resolve) => holder.close(resolve))
  return given
}

/** Resolves once it takes commands. @throws Error with its last words when it ends instead. */
function ready(child: ChildProcess): Promise<void> {
  let said = ''
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`redis-server has ended:\n${said}`)))
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('Ready to accept connections')) resolve()
    })
  })
}
