import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { modelRoutes, priceBook } from '@tollgate/kit'
import type { AuditRecord } from '@tollgate/kit/audit'
import { type BudgetEntry, budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import { type GovernedUpgrade, type GovernedUpgradeOptions, governedUpgrade } from '@tollgate/kit/realtime'
import { keyAuthenticator } from '@tollgate/kit/stages/auth-virtual-key'
import type { Provider } from '@tollgate/kit/wire'
import {
  type ModelPrice,
  memoryLedger,
  type SimulatedProvider,
  type SimulatedProviderOptions,
  simulatedProvider,
  TEST_MASTER_KEY,
  type TestKey,
  testDirectory,
  testKey,
} from '@tollgate/testing'
import { expect } from 'vitest'
import { type ClientOptions, type RawData, WebSocket } from 'ws'
import { closeAfter } from './close-after.ts'

/** What the gateway sends upstream, and what no client may ever see. */
export const REALTIME_PROVIDER_KEY = 'sk-provider-key-of-the-operator'

/** Every kind of token at a price of its own, so that none can be taken for another. */
export const VOICE: ModelPrice = {
  input: '4',
  cachedInput: '0.40',
  audioInput: '32',
  cachedAudioInput: '0.50',
  output: '16',
  audioOutput: '64',
}

export interface RealtimeOptions {
  readonly budgets?: readonly BudgetEntry[]
  readonly prices?: Readonly<Record<string, ModelPrice>>
  readonly provider?: SimulatedProviderOptions
  readonly ledger?: Ledger
  readonly routing?: (simulated: Provider) => Parameters<typeof modelRoutes>[0]
  readonly upgrade?: Partial<GovernedUpgradeOptions>
}

export interface RealtimeService {
  /** `ws://…/v1/realtime` */
  readonly url: string
  readonly port: number
  readonly provider: SimulatedProvider
  readonly ledger: Ledger
  readonly key: TestKey
  readonly upgrade: GovernedUpgrade
  readonly directory: ReturnType<typeof testDirectory>
  /** One for each response, and for each session without any. */
  readonly records: readonly AuditRecord[]
  /** Open a session with the key. */
  connect(options?: ConnectOptions): Talker
  books(): Promise<{ spent: number; reserved: number; unconfirmed: number }>
  /** Resolves once nothing is reserved any more. */
  atRest(): Promise<void>
}

/** A server with nothing but sessions on it, one key, and the simulated provider behind it. */
export async function realtimeService({
  budgets = [{ limit_usd: '5.00', period: 'daily' }],
  prices = {},
  provider: behaviour = {},
  ledger = memoryLedger(),
  routing = (simulated) => ({ providers: [simulated] }),
  upgrade: options = {},
}: RealtimeOptions = {}): Promise<RealtimeService> {
  const key = testKey()
  const voices = { 'gpt-realtime': VOICE, ...prices }
  const provider = await simulatedProvider({ prices: voices, apiKey: REALTIME_PROVIDER_KEY, ...behaviour })
  closeAfter(() => provider.close())
  closeAfter(() => ledger.close())
  await ledger.provision('test', 'org:test', [])
  await ledger.provision(
    'test',
    key.account,
    budgets.map((budget) => budgetFrom(budget)),
  )
  const overrides = Object.fromEntries(
    Object.entries(voices).map(([model, price]) => [
      model,
      {
        input: price.input,
        output: price.output ?? '0',
        cached_input: price.cachedInput,
        audio_input: price.audioInput,
        cached_audio_input: price.cachedAudioInput,
        audio_output: price.audioOutput,
      },
    ]),
  )
  const records: AuditRecord[] = []
  const directory = testDirectory(key)
  const upgrade = governedUpgrade({
    ledger,
    authenticate: keyAuthenticator({ directory, masterKey: TEST_MASTER_KEY, maxAgeMs: 0 }),
    routes: modelRoutes(
      routing({ name: 'openai', dialect: 'openai', baseUrl: provider.url, apiKey: REALTIME_PROVIDER_KEY }),
    ),
    prices: priceBook({ overrides }),
    audit: { write: (record) => void records.push(record) },
    ...options,
  })
  const server = createServer((_, res) => void res.writeHead(404).end())
  server.on('upgrade', upgrade)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeAfter(async () => {
    upgrade.cut()
    await upgrade.drain()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  const url = `ws://127.0.0.1:${port}/v1/realtime`
  const books = async () => (await ledger.read('test', [key.account]))[0]!
  return {
    url,
    port,
    provider,
    ledger,
    key,
    upgrade,
    directory,
    records,
    books,
    connect: ({
      query = '?model=gpt-realtime',
      protocols = [],
      headers = { authorization: key.authorization },
      ...rest
    } = {}) => talker(new WebSocket(url + query, protocols as string[], { headers, ...rest })),
    atRest: () =>
      expect
        .poll(async () => (await books()).reserved, { timeout: 45_000 })
        .toBe(0)
        .then(() => {}),
  }
}

export interface ConnectOptions extends ClientOptions {
  readonly query?: string
  readonly protocols?: readonly string[]
}

/** An event of a session. */
export type Said = Readonly<Record<string, unknown>> & { readonly type: string }

/** A client in a session, and what it has been told. */
export interface Talker {
  readonly socket: WebSocket
  readonly heard: readonly Said[]
  /** As it came, byte for byte. */
  readonly raw: readonly string[]
  /** Resolves when the session is open; rejects with the status and body that refused it. */
  readonly opened: Promise<void>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  say(event: object): void
  /** The next event of one of these types that nobody has waited for yet. */
  next(...types: readonly string[]): Promise<Said>
}

export class Refused extends Error {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, unknown>>
  constructor(status: number, body: string, headers: Readonly<Record<string, unknown>>) {
    super(`${status} ${body}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

function talker(socket: WebSocket): Talker {
  const heard: Said[] = []
  const raw: string[] = []
  const taken = new Set<Said>()
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const look of waiting) look()
  }
  socket.on('message', (data: RawData) => {
    raw.push(data.toString())
    heard.push(JSON.parse(data.toString()))
    wake()
  })
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (_, res) => {
      let body = ''
      res.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      res.on('end', () => reject(new Refused(res.statusCode ?? 0, body, res.headers)))
    })
    socket.on('error', reject)
  })
  opened.catch(() => {})
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString() })
      wake()
    })
  })
  closeAfter(async () => socket.terminate())
  return {
    socket,
    heard,
    raw,
    opened,
    closed,
    say: (event) => socket.send(JSON.stringify(event)),
    next: (...types) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = heard.find((event) => types.includes(event.type) && !taken.has(event))
          if (!found) {
            if (socket.readyState !== WebSocket.CLOSED) return
            waiting.delete(look)
            reject(new Error(`The session ended before ${types}; heard ${heard.map((each) => each.type)}`))
            return
          }
          taken.add(found)
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
  }
}

const BYTES_PER_MS = 48

/** Sound in base64, 24 kHz: so many ms of somebody speaking, and of nobody, as often as asked for. */
export function speech(spokenMs: number, silentMs = 0, times = 1): string {
  const turn = Buffer.concat([
    Buffer.alloc(spokenMs * BYTES_PER_MS, 1),
    Buffer.alloc(silentMs * BYTES_PER_MS),
  ])
  return Buffer.concat(new Array<Buffer>(times).fill(turn)).toString('base64')
}
