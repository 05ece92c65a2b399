import type { RequestListener } from 'node:http'
import type { Clock } from '@tollgate/kit/core'
import type { Behaviour } from './behaviour.ts'
import type { CountInput } from './count-input.ts'
import type { Dialect } from './dialect.ts'
import { BASE_PATHS } from './dialects.ts'
import { type Exchange, openExchange } from './exchange.ts'
import type { AwsKeys } from './hosts/aws-signature.ts'
import { listen } from './listen.ts'
import { type ProviderRequest, type ProviderTotals, providerLog } from './log.ts'
import { perform, refuse, reset } from './perform.ts'
import { type Bill, billFor, EXAMPLE_PRICES, type ModelPrice } from './prices.ts'
import { readBody } from './read-body.ts'
import { realtime } from './realtime/upgrade.ts'
import { storedInput } from './stored-input.ts'
import { waiting } from './waiting.ts'

/** The fields of {@link Behaviour} among these are what the provider does unless told otherwise. */
export interface SimulatedProviderOptions extends Behaviour {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Refuse with 401 whoever sends another key; without it every key is welcome. */
  readonly apiKey?: string
  /** Prices by model, added to the example prices or in their stead. A model without one does not exist here. */
  readonly prices?: Readonly<Record<string, ModelPrice>>
  /** Keys that requests to Bedrock's paths must be signed with; without them they may carry `apiKey` as a bearer token. */
  readonly aws?: AwsKeys
  /** How input is counted: by o200k (default), as a token every four bytes, or by a function of the parsed body. */
  readonly countInput?: CountInput
  /** What to do with a request; asked where nothing is queued by `next`. */
  readonly behave?: (request: ProviderRequest) => Behaviour | undefined
  /** For the times in the log and in answers. Pacing is real time, or a gate. */
  readonly clock?: Clock
  /** How many requests are kept whole. The totals know them all. Default 10,000. */
  readonly keepRequests?: number
}

/** A provider that is not there: a real server that speaks the dialects of OpenAI, Anthropic and Gemini, and keeps its own books. */
export interface SimulatedProvider {
  /** Base URL for clients of OpenAI's dialect, `/v1` included. */
  readonly url: string
  /**
   * Base URL of a dialect, as the kit's providers and most SDKs take it: OpenAI's ends in `/v1`, Gemini's in `/v1beta`,
   * Anthropic's has no version.
   */
  urlFor(dialect: Dialect): string
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
  aws,
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
  const stored = storedInput()
  const bills = billsFor({ ...EXAMPLE_PRICES, ...prices })

  const answer = async (exchange: Exchange): Promise<void> => {
    const { req, entry } = exchange
    const unread = await readBody(req, entry)
    // A client that left in the middle of its request has asked for nothing.
    if (!req.complete) return
    const behaviour = { ...always, ...(queue.shift() ?? behave?.(entry)) }
    exchange.behaviour = behaviour
    if (behaviour.ending?.how === 'reset') return reset(exchange)
    const refusal = unread ?? behaviour.refusal
    if (refusal) return refuse(exchange, refusal)
    const plan = exchange.speaker.plan({
      entry,
      behaviour,
      apiKey,
      bills,
      countInput,
      stored,
      nowMs: clock.now(),
      ...(aws ? { aws } : {}),
    })
    return 'choices' in plan ? perform(exchange, plan) : refuse(exchange, plan)
  }

  const sessions = realtime({
    log,
    bills,
    apiKey,
    onHandshake: (entry) => behave?.(entry) ?? {},
    onResponse: (entry) => ({ ...always, ...(queue.shift() ?? behave?.(entry)) }),
    changed: waits.changed,
  })
  const handle: RequestListener = (req, res) => {
    const exchange = openExchange(req, res, { log, changed: waits.changed, always })
    answer(exchange).catch((fault: unknown) => {
      // A function that the test gave (`behave`, `cut`, `countInput`) threw: the client sees the connection break.
      process.emitWarning(`The simulated provider could not answer: ${fault}`, 'SimulatedProviderWarning')
      exchange.end('died')
      res.destroy()
    })
  }
  const { origin, close } = await listen(port, host, handle, sessions.upgrade)

  const provider: SimulatedProvider = {
    url: origin + BASE_PATHS.openai,
    urlFor: (dialect) => origin + BASE_PATHS[dialect],
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
      sessions.close()
      await close()
      waits.close()
    },
  }
  return provider
}

function billsFor(prices: Readonly<Record<string, ModelPrice>>): ReadonlyMap<string, Bill> {
  return new Map(Object.entries(prices).map(([model, price]) => [model, billFor(price)]))
}
