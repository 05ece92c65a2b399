import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '@tollgate/kit'
import type { Behaviour } from './behaviour.ts'
import {
  type Entry,
  type ProviderLog,
  type ProviderRequest,
  type ProviderTotals,
  providerLog,
} from './log.ts'
import { openai } from './openai/index.ts'
import type { CountInput } from './openai/input.ts'
import { patience } from './patience.ts'
import { beforeHead, type Exchange, perform, refuse } from './perform.ts'
import { type Bill, billFor, LIST_PRICES, type ModelPrice } from './prices.ts'
import { readBody } from './read-body.ts'
import { waiting } from './waiting.ts'

/** The fields of {@link Behaviour} among these are what the provider does unless told otherwise. */
export interface SimulatedProviderOptions extends Behaviour {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Refuse with 401 whoever sends another key; without it every key is welcome. */
  readonly apiKey?: string
  /** Prices by model, added to OpenAI's list prices or in their stead. A model without one does not exist here. */
  readonly prices?: Readonly<Record<string, ModelPrice>>
  /** How input is counted: by o200k (default), as a token every four bytes, or by a function of the parsed body. */
  readonly countInput?: CountInput
  /** What to do with a request; asked where nothing is queued by `next`. */
  readonly behave?: (request: ProviderRequest) => Behaviour | undefined
  /** For the times in the log and in answers. Pacing is real time, or a gate. */
  readonly clock?: Clock
  /** How many requests are kept whole. The totals know them all. Default 10,000. */
  readonly keepRequests?: number
}

/** A provider that is not there: a real server that speaks OpenAI's dialect, and keeps its own books. */
export interface SimulatedProvider {
  /** Base URL, `/v1` included. */
  readonly url: string
  /** Oldest first. */
  readonly requests: readonly ProviderRequest[]
  /** Streams that are being generated. */
  readonly openStreams: number
  /** The provider's own count, the truth that other books are compared with. */
  totals(): ProviderTotals
  /** Do this with the next request that nothing is queued for, before `behave` is asked. */
  next(...behaviours: readonly Behaviour[]): void
  /** Resolves once the condition holds: looked at whenever a request arrives, is admitted or ends, and at each token. */
  waitFor(condition: (provider: SimulatedProvider) => unknown): Promise<void>
  /** Forget requests, totals and queued behaviours. What is being answered goes on, outside the books. */
  reset(): void
  /** Break off what is still open, and stop listening. */
  close(): Promise<void>
}

/**
 * Start a simulated provider.
 *
 * The same request gets the same answer. It counts what it generates as it generates it, read or not, by o200k and its
 * own prices, apart from the kit's meter: in a test it is the witness that the ledger's charge is compared with.
 *
 * @throws Error when the port is taken, and RangeError when a price is not a decimal string.
 *
 * @example
 * const provider = await simulatedProvider({ latencyMs: 50, chunkIntervalMs: 5 })
 * const openai = new OpenAI({ baseURL: provider.url, apiKey: 'any' })
 * provider.next(rateLimited({ retryAfterS: 1 }))
 */
export async function simulatedProvider({
  port = 0,
  host = '127.0.0.1',
  apiKey,
  prices = {},
  countInput = 'o200k',
  behave,
  clock = { now: () => Date.now() },
  keepRequests = 10_000,
  ...always
}: SimulatedProviderOptions = {}): Promise<SimulatedProvider> {
  const waits = waiting()
  const log = providerLog({ keep: keepRequests, nowMs: () => clock.now(), onChange: waits.changed })
  const queue: Behaviour[] = []
  const bills = new Map<string, Bill>()
  for (const [model, price] of Object.entries({ ...LIST_PRICES, ...prices })) bills.set(model, billFor(price))

  const behaviourFor = (request: ProviderRequest): Behaviour => {
    const ordered = queue.shift() ?? behave?.(request)
    return ordered ? { ...always, ...ordered } : always
  }

  const answer = async (req: IncomingMessage, exchange: Exchange) => {
    const { entry } = exchange
    const unread = await readBody(req, entry)
    if (exchange.patience.gone) return
    const behaviour = behaviourFor(entry)
    const asked = { ...exchange, behaviour }
    if (behaviour.ending?.how === 'reset') {
      await beforeHead(asked)
      asked.end('died')
      req.socket.resetAndDestroy()
      return
    }
    const plan =
      unread ??
      behaviour.refusal ??
      openai.plan({ entry, behaviour, apiKey, bills, countInput, nowMs: clock.now() })
    if ('choices' in plan) await perform(asked, plan)
    else {
      await beforeHead(asked)
      if (!asked.patience.gone) refuse(asked, plan)
    }
  }

  const server = createServer((req, res) => {
    const entry = log.begin({ method: req.method ?? 'GET', path: req.url ?? '/', headers: req.headers })
    const exchange = exchangeOf(res, entry, log, waits.changed)
    answer(req, exchange).catch((fault: unknown) => {
      // A function that the test gave (`behave`, `cut`, `countInput`) threw: the client sees the connection break.
      process.emitWarning(`The simulated provider could not answer: ${fault}`, 'SimulatedProviderWarning')
      exchange.end('died')
      res.destroy()
    })
  })
  // Clients that keep connections longer than five seconds would meet resets that nobody ordered.
  server.keepAliveTimeout = 65_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: listening } = server.address() as AddressInfo

  const provider: SimulatedProvider = {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening}/v1`,
    get requests() {
      return log.entries
    },
    get openStreams() {
      return log.openStreams
    },
    totals: log.totals,
    next: (...behaviours) => void queue.push(...behaviours),
    waitFor: (condition) => waits.until(() => condition(provider)),
    reset() {
      log.reset()
      queue.length = 0
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
      waits.close()
    },
  }
  return provider
}

function exchangeOf(res: ServerResponse, entry: Entry, log: ProviderLog, changed: () => void): Exchange {
  const startedMs = performance.now()
  const waits = patience()
  res.once('close', () => {
    waits.leave()
    log.end(entry, 'aborted')
  })
  return {
    res,
    entry,
    behaviour: {},
    patience: waits,
    headers: () => openai.headers(entry.id, performance.now() - startedMs),
    errorText: openai.errorText,
    changed,
    end: (outcome) => log.end(entry, outcome),
  }
}
