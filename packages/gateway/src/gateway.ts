import type { RequestListener } from 'node:http'
import { type Clock, systemClock } from '@tollgate/kit/core'
import { Registry } from 'prom-client'
import { accountMetrics } from './admin/account-metrics.ts'
import { adminApp } from './admin/admin-app.ts'
import { adminToken } from './admin/admin-token.ts'
import { metrics } from './admin/metrics.ts'
import { spend } from './admin/spend.ts'
import type { Config } from './config/index.ts'
import { drain } from './drain.ts'
import { listen, stopListening } from './listen.ts'
import { providersOf } from './pipeline/provider-routes.ts'
import type { Totals } from './pipeline/traffic.ts'
import { startLines } from './say/start-lines.ts'
import { service } from './service.ts'
import { simulationFor } from './simulation.ts'
import { provision } from './store/provision.ts'
import { openStore } from './store/store.ts'

export interface GatewayOptions {
  /** Told each line that the gateway says of itself; silent by default. */
  readonly output?: (line: string) => void
  /** Whether each request has a line of its own too. */
  readonly requestLines?: boolean
  /** How long stopping may take before what still runs is aborted, ms. */
  readonly graceMs?: number
  /** Several gateways may run side by side without anybody having said so: on Kubernetes. */
  readonly kubernetes?: boolean
  /** What paths are shown relative to. */
  readonly cwd?: string
  readonly clock?: Clock
}

export interface Gateway {
  /** Where callers reach it, without a slash at its end; OpenAI's base URL is `/v1` of it. */
  readonly url: string
  /** Where operators reach it. */
  readonly adminUrl: string
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
export async function startGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  const opened: (() => Promise<void>)[] = []
  const closeAll = async () => {
    for (const close of opened.splice(0).reverse()) await close()
  }
  try {
    return await assemble(config, options, opened, closeAll)
  } catch (error) {
    await closeAll()
    throw error
  }
}

/** Everything that a gateway opens is put on the list at once, so that it is closed whatever happens after. */
async function assemble(
  config: Config,
  {
    output = () => {},
    graceMs = 30_000,
    kubernetes = false,
    cwd = process.cwd(),
    clock = systemClock,
  }: GatewayOptions,
  opened: (() => Promise<void>)[],
  closeAll: () => Promise<void>,
): Promise<Gateway> {
  const store = openStore(config, { clock })
  opened.push(() => store.close())
  await provision(config, store)
  const simulation = await simulationFor(config)
  if (simulation) opened.push(() => simulation.close())

  const providers = simulation ? [simulation.provider] : providersOf(config)
  const { app, traffic, ready } = service({ config, store, providers, clock })
  const registry = new Registry()
  const collect = accountMetrics(registry, store.ledger)
  const token = adminToken(config)
  const admin = await listen(
    adminApp({
      token: token.token,
      readyz: ready.stage,
      metrics: metrics(registry, collect),
      spend: spend(store),
    }) as RequestListener,
    config.admin.listen,
  )
  opened.push(async () => stopListening(admin))
  const main = await listen(app as RequestListener, config.listen)

  const { demo } = store.front
  const started = { config, url: main.url, adminUrl: admin.url, adminToken: token, demo, kubernetes, cwd }
  for (const text of startLines(started)) output(text)

  const stop = async () => {
    ready.stop()
    await drain({ listener: main, traffic, graceMs })
    await closeAll()
    return { ...traffic.totals }
  }
  let stopped: Promise<Totals> | undefined
  return {
    url: main.url,
    adminUrl: admin.url,
    close() {
      stopped ??= stop()
      return stopped
    },
  }
}
