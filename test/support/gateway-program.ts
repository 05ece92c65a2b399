import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { closeAfter } from './close-after.ts'
import { ADMIN_TOKEN, type Place, SECRET } from './gateway.ts'

/** The built program, as npm installs it. */
const MAIN = fileURLToPath(new URL('../../packages/gateway/dist/main.js', import.meta.url))

/** A gateway in a process of its own. */
export interface GatewayProgram {
  readonly child: ChildProcess
  /** Without a path; `/v1` is where OpenAI's clients go. */
  readonly url: string
}

/** `tollgate start` in a place, on its config. Resolves once it listens; the test's end kills it. */
export async function startProgram({ folder, provider }: Place): Promise<GatewayProgram> {
  const env = {
    PATH: process.env.PATH,
    ADMIN_TOKEN,
    PROVIDER: provider.url,
    PROVIDER_KEY: 'sk-real',
    ADA_SECRET: SECRET,
  }
  const child = spawn(process.execPath, [MAIN, 'start', '--config', 'tollgate.yaml'], { cwd: folder, env })
  closeAfter(async () => void child.kill('SIGKILL'))
  const ended = once(child, 'exit').then(() => {
    throw new Error(`a gateway ended before it listened: ${said}`)
  })
  // Whoever kills it later means to.
  ended.catch(() => {})
  let said = ''
  child.stderr.pipe(process.stderr)
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  while (!/^admin .*$/m.test(said)) await Promise.race([once(child.stdout, 'data'), ended])
  return { child, url: new URL(/base_url="(.+?)"/.exec(said)![1]!).origin }
}
