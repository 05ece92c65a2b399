import type { RequestListener } from 'node:http'
import { type Clock, machineTimers, systemClock } from '@tollgate/kit/core'
import { fetchBy, providerAgent } from '@tollgate/kit/stages/provider-failover'
import { adminToken } from './admin/admin-token.ts'
import { providers as providerHealth } from './admin/providers.ts'
import type { ReloadOutcome } from './admin/reload-metrics.ts'
import { alertsOf } from './alerts/alerts.ts'
import type { Config } from './config/index.ts'
import { drain } from './drain.ts'
import { gatewayAnswers } from './gateway-answers.ts'
import { gatewayBooks } from './gateway-books.ts'
import { gatewayRecords } from './gateway-records.ts'
import { type ChosenBy, listen, stopListening } from './listen.ts'
import { type Opened, opened } from './opened.ts'
import { operatorsApp } from './operators-app.ts'
import { providersOf } from './pipeline/providers.ts'
import { type Totals, traffic } from './pipeline/traffic.ts'
import { priceAge } from './prices/price-age.ts'
import { priceUpdates } from './prices/price-updates.ts'
import { following } from './reload/following.ts'
import { generations } from './reload/generations.ts'
import { serveWith } from './reload/serve.ts'
import { startLines } from './say/start-lines.ts'
import { followTls } from './tls-files.ts'

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
    return await run(config, options, everything)
  } catch (error) {
    await everything.close()
    throw error
  }
}

const CHOSEN_BY: ChosenBy = { host: '--host or listen.host', port: '--port or listen.port' }
const ADMIN_CHOSEN_BY: ChosenBy = { host: 'admin.listen.host', port: '--admin-port or admin.listen.port' }

/** Options with their defaults. */
type Chosen = Required<Omit<GatewayOptions, 'reload'>> & {
  readonly reload: GatewayOptions['reload'] | undefined
}

async function run(stated: Config, options: Chosen, everything: Opened): Promise<Gateway> {
  const { output, graceMs, kubernetes, cwd, clock } = options
  const dispatcher = providerAgent({ ...stated.timeouts, proxies: stated.proxies })
  everything.add(() => dispatcher.close())
  const fetch = fetchBy(dispatcher)
  const updates = stated.priceUpdates && priceUpdates({ ...stated.priceUpdates, output, clock })
  const priceAgeMs = () => priceAge(updates, clock.now())
  const alerts = alertsOf(stated.alerts, { clock, priceAgeMs, timers: machineTimers, fetch })
  everything.add(() => alerts.close())
  let running = stated
  const { config, store, checks } = await gatewayBooks(stated, everything, {
    running: () => running,
    alerts,
    output,
    clock,
  })
  if (updates) {
    everything.add(() => updates.close())
    await updates.start()
  }
  const { ledger } = store
  const { simulation, ...answers } = await gatewayAnswers(config, everything, { ledger, clock })
  const { health, cache, semantic } = answers
  const speak = options.requestLines ? output : undefined
  const records = gatewayRecords({
    running: () => running,
    store,
    speak,
    health,
    alerts,
    priceAgeMs,
    semantic,
    clock,
  })
  everything.add(() => records.audit.close())

  const cut = new AbortController()
  const pace = { limits: store.limits, onRunaway: records.onRunaway }
  const calls = { ...answers, ...pace, dispatcher, audit: records.audit, stop: cut.signal, clock }
  const passing = traffic()
  const serve = serveWith({
    ...calls,
    store,
    checks,
    traffic: passing,
    providersOf: (config) => (simulation ? [simulation.provider] : providersOf(config)),
  })
  const services = generations(serve(config))
  everything.add(() => services.close())
  const followed = following({
    running: () => running,
    run(next) {
      running = next
      alerts.useRules(next.alerts)
    },
    read: options.reload,
    store,
    serve,
    generations: services,
    output,
    onOutcome: records.onReload,
    cwd,
  })
  everything.add(() => followed.close())
  const token = adminToken(config)
  const operators = await operatorsApp({
    config: () => running,
    store,
    cache,
    semantic,
    token: token.token,
    readyz: services.operatorReadyz,
    views: {
      ...records.views,
      providers: providerHealth({
        config: () => running,
        routes: () => services.now().routes,
        health,
        clock,
      }),
    },
    fetch,
    clock,
  })
  everything.add(() => operators.close())
  const admin = await listen(operators.app as RequestListener, config.admin.listen, ADMIN_CHOSEN_BY)
  everything.add(() => stopListening(admin))
  const main = await listen(services.listener, config.listen, CHOSEN_BY, services.upgrade)
  const { tls } = config.listen
  if (tls && main.tlsServer) everything.add(followTls(main.tlsServer, tls, { output }))

  const urls = { url: main.url, adminUrl: admin.url }
  const { front, warnings } = store
  const started = { config, ...urls, adminToken: token, front, warnings, kubernetes, cwd }
  for (const text of startLines(started)) output(text)
  simulation?.warmUp()

  const stop = async () => {
    await followed.close()
    services.now().ready.stop()
    const { sessions } = services
    await drain({ listener: main, traffic: passing, sessions, graceMs, cut: () => cut.abort() })
    await everything.close()
    return { ...passing.totals }
  }
  let stopped: Promise<Totals> | undefined
  return {
    ...urls,
    reload: followed.reload,
    refreshPrices: async () => updates?.refresh(),
    close() {
      stopped ??= stop()
      return stopped
    },
  }
}
