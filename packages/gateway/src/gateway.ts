import { type Clock, systemClock } from '@tollgate/kit/core'
import { adminToken } from './admin/admin-token.ts'
import type { ReloadOutcome } from './admin/reload-metrics.ts'
import type { Config } from './config/index.ts'
import { drain } from './drain.ts'
import { gatewayAnswers } from './gateway-answers.ts'
import { gatewayBooks } from './gateway-books.ts'
import { gatewayDoors } from './gateway-doors.ts'
import { gatewayOutside } from './gateway-outside.ts'
import { gatewayRecords } from './gateway-records.ts'
import { gatewayServices } from './gateway-services.ts'
import { type Opened, opened } from './opened.ts'
import { countTraffic, type Totals } from './pipeline/traffic.ts'
import { startLines } from './say/start-lines.ts'

export interface GatewayOptions {
  /** Told each line that the gateway says of itself; silent by default. */
  readonly output?: (line: string) => void
  /** Whether each request has a line of its own too. */
  readonly requestLines?: boolean
  /** How long stopping may take, ms; what still runs 5 s before its end is aborted and settled. */
  readonly graceMs?: number
  /** Several gateways may run side by side without anybody having said so: on Kubernetes. */
  readonly kubernetes?: boolean
  /** Reads the config again; with it, a gateway follows its file. */
  readonly reload?: () => Config
  /** What paths are relative to. */
  readonly cwd?: string
  readonly clock?: Clock
}

export interface Gateway {
  /** Where callers reach it, without a slash at its end; OpenAI's base URL is `/v1` of it. */
  readonly url: string
  /** Where operators reach it. */
  readonly adminUrl: string
  /** Look at the config's file again now; resolves when what it says is in force, or is not to be. */
  reload(): Promise<ReloadOutcome>
  /** Look for newer prices now, as the config says where; resolves when they are in force, or are not to be. */
  refreshPrices(): Promise<void>
  /** Stop: let running requests end or abort them in time, settle them, and close the books. The second call waits for the first. */
  close(): Promise<Totals>
}

/**
 * Start the standalone gateway: open its store, give every account its budgets, assemble the configured pipeline, and
 * listen.
 *
 * @throws Error in one sentence when something of it cannot be; nothing is left open then.
 *
 * @example
 * const gateway = await startGateway(loadConfig({ file: 'tollgate.yaml', env: process.env, cwd: process.cwd() }))
 * const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'tg-…' })
 */
export async function startGateway(
  config: Config,
  {
    output = () => {},
    requestLines = false,
    graceMs = 30_000,
    kubernetes = false,
    reload,
    cwd = process.cwd(),
    clock = systemClock,
  }: GatewayOptions = {},
): Promise<Gateway> {
  const everything = opened()
  try {
    const options = { output, requestLines, graceMs, kubernetes, reload, cwd, clock }
    return await assemble(config, options, everything)
  } catch (error) {
    await everything.close()
    throw error
  }
}

/** Options with their defaults. */
type Chosen = Required<Omit<GatewayOptions, 'reload'>> & {
  readonly reload: GatewayOptions['reload'] | undefined
}

/** Open one thing after the other, each on those before it; once the doors are open, callers are served. */
async function assemble(stated: Config, options: Chosen, everything: Opened): Promise<Gateway> {
  const { output, requestLines, graceMs, reload, kubernetes, cwd, clock } = options
  let current = stated
  const common = { running: () => current, output, clock }

  const outside = gatewayOutside(stated, everything, common)
  const { alerts, updates, priceAgeMs, fetch } = outside
  const books = await gatewayBooks(stated, everything, { ...common, alerts })
  const { config, store } = books
  if (updates) {
    everything.add(() => updates.close())
    await updates.start()
  }
  const answers = await gatewayAnswers(config, everything, { ledger: store.ledger, clock })
  const { health, semantic, simulation } = answers
  const speak = requestLines ? output : undefined
  const records = gatewayRecords({ ...common, store, speak, health, alerts, priceAgeMs, semantic })
  everything.add(() => records.audit.close())

  const traffic = countTraffic()
  const cut = new AbortController()
  const run = (next: Config) => {
    current = next
    alerts.useRules(next.alerts)
  }
  const parts = { books, answers, records, outside, traffic, stop: cut.signal }
  const { services, reloader } = gatewayServices(everything, { ...common, ...parts, run, reload, cwd })
  const adminKey = adminToken(config)
  const inside = { store, answers, records, services, token: adminKey.token, fetch }
  const { callers, operators } = await gatewayDoors(config, everything, { ...common, ...inside })

  const urls = { url: callers.url, adminUrl: operators.url }
  const { front, warnings } = store
  const started = { config, ...urls, adminToken: adminKey, front, warnings, kubernetes, cwd }
  for (const text of startLines(started)) output(text)
  simulation?.warmUp()

  return {
    ...urls,
    reload: reloader.reload,
    refreshPrices: async () => updates?.refresh(),
    close: once(async () => {
      await reloader.close()
      services.now().ready.stop()
      const { sessions } = services
      await drain({ listener: callers, traffic, sessions, graceMs, cut: () => cut.abort() })
      await everything.close()
      return { ...traffic.totals }
    }),
  }
}

/** Whoever asks for it later waits for the first time. */
function once<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let begun: Promise<Value> | undefined
  return () => {
    begun ??= work()
    return begun
  }
}
