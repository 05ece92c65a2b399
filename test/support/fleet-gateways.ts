import { type AccountId, budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import { initRedisLedger, redisLedger } from '@tollgate/kit/ledger/redis'
import {
  type ProviderRequest,
  type SimulatedProvider,
  type SimulatedProviderOptions,
  simulatedProvider,
} from '@tollgate/testing'
import {
  type BooksAt,
  type GatewayOptions,
  type GatewayProcess,
  type ProcessOptions,
  startGateway,
} from './fleet-process.ts'
import { type RedisServer, redisWithAof, until } from './redis.ts'
import { PATIENT } from './redis-books.ts'

export const ORG = 'acme'
/** What a token of output costs, nano-USD; input is free. So 1,000 tokens are $0.10, and a cap is a price. */
export const TOKEN = 100_000
const MODEL = 'gpt-4o'
const PRICES = { [MODEL]: { input: '0', output: '100' } }

export interface FleetOptions extends Partial<Omit<GatewayOptions, 'provider' | 'prices' | 'redis'>> {
  /** Where the books are; a server that finds everything again after a kill -9, by default. */
  readonly server?: RedisServer
  /** How the books are reached; at the server's URL by default. */
  readonly books?: BooksAt
  /** What each gateway reaches them by instead. */
  readonly via?: readonly { readonly url: string }[]
  /** The process of each gateway; three ordinary ones by default. */
  readonly processes?: readonly ProcessOptions[]
  readonly provider?: SimulatedProviderOptions
}

/** One request of a client. */
export interface Call {
  /** Whom it is charged to, besides the org. */
  readonly caller: Readonly<Partial<Record<'team' | 'user' | 'key', string>>>
  /** What it may cost, in tokens, and what it does cost. */
  readonly cap: number
  readonly length?: number
  readonly stream?: boolean
}

export interface Answer {
  /** 0: the connection broke before there was one. */
  readonly status: number
  readonly text: string
  /** The answer came to its end. */
  readonly whole: boolean
  readonly tookMs: number
}

export interface Standing {
  readonly spent: number
  readonly reserved: number
  readonly unconfirmed: number
}

/** Three gateways in processes of their own, on one Redis; and the provider behind them, here, which counts. */
export interface GatewayFleet {
  readonly server: RedisServer
  readonly provider: SimulatedProvider
  readonly gateways: readonly GatewayProcess[]
  /** Ask the gateway at this place. Resolves however it ends. */
  call(at: number, call: Call): Promise<Answer>
  /** Give an account a budget for all time. */
  budget(account: AccountId, limitUsd: string): Promise<void>
  /** Where an account stands, read by a ledger that has just been opened and knows nothing. */
  standing(account: AccountId): Promise<Standing>
  /** Resolves once nothing is reserved on an account and nothing is unconfirmed; with how it stands then. */
  atRest(account: AccountId): Promise<Standing>
  /** Do something with a ledger that has just been opened. */
  withLedger<T>(work: (ledger: Ledger) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export async function startFleet({
  server: given,
  books: booksAt,
  via,
  processes = [{}, {}, {}],
  provider: providerOptions = {},
  ttlMs = 60_000,
  deadlineMs = PATIENT.deadlineMs,
  graceMs = 1000,
  ownClock = false,
  stalledSink = false,
  users,
}: FleetOptions = {}): Promise<GatewayFleet> {
  const server = given ?? (await redisWithAof())
  const books = booksAt ?? server.url
  await initRedisLedger(books, { orgs: [ORG] })
  const provider = await simulatedProvider({ prices: PRICES, ...providerOptions })
  const options = {
    provider: provider.url,
    prices: PRICES,
    ttlMs,
    deadlineMs,
    graceMs,
    ownClock,
    stalledSink,
    ...(users && { users }),
  }
  const gateways = await Promise.all(
    processes.map((one, at) => startGateway({ ...options, redis: via?.[at]?.url ?? books }, one)),
  )

  async function withLedger<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
    const ledger = redisLedger(books, PATIENT)
    try {
      return await work(ledger)
    } finally {
      await ledger.close()
    }
  }

  async function standing(account: AccountId): Promise<Standing> {
    const [state] = await withLedger((ledger) => ledger.read(ORG, [account]))
    const { spent, reserved, unconfirmed } = state!
    return { spent, reserved, unconfirmed }
  }

  return {
    server,
    provider,
    gateways,
    call: (at, call) => ask(gateways[at]!.url, at, call),
    async budget(account, limit_usd) {
      await withLedger((ledger) =>
        ledger.provision(ORG, account, [budgetFrom({ limit_usd, period: 'total' })]),
      )
    },
    standing,
    atRest: (account) =>
      until(`${account} is at rest`, async () => {
        const stands = await standing(account)
        return stands.reserved === 0 && stands.unconfirmed === 0 && stands
      }),
    withLedger,
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.kill()))
      await provider.close()
      await server.stop()
    },
  }
}

/** What a call said of itself when it reached the provider: who asked, and which gateway; nothing while it is being read. */
export function metadataOf({ body }: ProviderRequest): Readonly<Record<string, string>> {
  return (body as { metadata: Record<string, string> } | undefined)?.metadata ?? {}
}

async function ask(
  url: string,
  gateway: number,
  { caller, cap, length = cap, stream = false }: Call,
): Promise<Answer> {
  const sentMs = performance.now()
  const answer = { status: 0, text: '', whole: false }
  try {
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-caller': JSON.stringify({ org: ORG, ...caller }) },
      body: JSON.stringify({
        model: MODEL,
        stream,
        max_tokens: cap,
        messages: [{ role: 'user', content: 'go' }],
        metadata: { answer_tokens: String(length), gateway: String(gateway), ...caller },
      }),
    })
    answer.status = response.status
    answer.text = await response.text()
    answer.whole = true
  } catch {
    // The gateway was killed, or hung up: what the test is about.
  }
  return { ...answer, tookMs: performance.now() - sentMs }
}
