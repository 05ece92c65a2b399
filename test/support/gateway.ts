import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SimulatedProvider, type SimulatedProviderOptions, simulatedProvider } from '@tollgate/testing'
import OpenAI from 'openai'
import { type Config, type Gateway, type GatewayOptions, loadConfig, startGateway } from 'tollgate'
import type { World } from '../../packages/gateway/src/commands/command.ts'
import { run } from '../../packages/gateway/src/commands/run.ts'
import { closeAfter } from './close-after.ts'

/** A place for one gateway: a folder that goes with the test, and a provider that is not there. */
export interface Place {
  readonly folder: string
  readonly provider: SimulatedProvider
  /** Write a config file into the folder; the provider, free ports and the store in the folder come first. */
  configure(yaml: string): void
  /** Change the config file. */
  edit(from: string | RegExp, to: string): void
  /** What is configured now; a gateway that is started with it as `reload` follows the file. */
  read(): Config
  /** Start a gateway from what is configured now. */
  start(options?: GatewayOptions): Promise<Running>
  /** Run `tollgate` in the folder, on the config. */
  command(line: string, world?: Pick<Partial<World>, 'stopped' | 'input' | 'env'>): Promise<Printed>
}

/** How a command ended, and what it printed. */
export interface Printed {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Running extends Gateway {
  /** What it has said so far. */
  readonly said: readonly string[]
  /** OpenAI's own client, with a key of this gateway's. */
  client(apiKey: string): OpenAI
  /** GET something of the admin listener, with its token. */
  admin(path: string): Promise<Response>
}

export const ADMIN_TOKEN = 'the-token-of-the-operators-of-this-test'
export const SECRET = 'a-secret-of-ada-that-is-long-enough-for-a-key'

const PLACE = `
listen: { port: 0 }
admin: { listen: { port: 0 }, token: "\${ADMIN_TOKEN}" }
providers:
  openai: { dialect: openai, baseUrl: "\${PROVIDER}", apiKey: "\${PROVIDER_KEY}" }
`

/** A team and a key that most tests call with. */
export const ADA = `
teams: [{ id: science }]
keys: [{ id: ada, team: science, secret: "\${ADA_SECRET}", budgets: [{ limit_usd: 5, period: daily }] }]
`

/** Make a place. @param yaml the config, beyond what every test needs. */
export async function place(yaml = ADA, provider: SimulatedProviderOptions = {}): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-'))
  closeAfter(async () => rmSync(folder, { recursive: true }))
  const simulated = await simulatedProvider({ apiKey: 'sk-real', ...provider })
  closeAfter(() => simulated.close())
  const file = 'tollgate.yaml'
  const env = { ADMIN_TOKEN, PROVIDER: simulated.url, PROVIDER_KEY: 'sk-real', ADA_SECRET: SECRET }
  const path = join(folder, file)
  const configure = (text: string) => writeFileSync(path, PLACE + text)
  configure(yaml)
  const read = () => loadConfig({ file, env, cwd: folder })
  return {
    read,
    folder,
    provider: simulated,
    configure,
    edit: (from, to) => writeFileSync(path, readFileSync(path, 'utf8').replace(from, to)),
    async start(options) {
      const said: string[] = []
      const gateway = await startGateway(read(), {
        output: (line) => said.push(line),
        cwd: folder,
        ...options,
      })
      closeAfter(async () => void (await gateway.close()))
      return {
        ...gateway,
        said,
        client: (apiKey) => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 }),
        admin: (path) =>
          fetch(gateway.adminUrl + path, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } }),
      }
    },
    command: (line, world) => command(`${line} --config ${file}`, { env, cwd: folder, ...world }),
  }
}

/** Run a command line of `tollgate` in this process. */
export async function command(
  line: string,
  world: Pick<World, 'env' | 'cwd'> & Pick<Partial<World>, 'stopped' | 'input'>,
): Promise<Printed> {
  const out: string[] = []
  const err: string[] = []
  const code = await run(line.split(' ').filter(Boolean), {
    stopped: new Promise(() => {}),
    input: async () => '',
    ...world,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    clear: () => {},
    nowMs: () => Date.now(),
    onHangup: () => {},
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}
