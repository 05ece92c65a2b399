import type { RequestListener } from 'node:http'
import { type Clock, machineTimers, systemClock } from '@tollgate/kit/core'
import type { Ledger } from '@tollgate/kit/ledger'
import type { Runaway } from '@tollgate/kit/limits'
import { type AuditLog, auditLog } from '@tollgate/kit/stages/audit-log'
import {
  type HealthBoard,
  healthBoard,
  nodeAgents,
  providerAgent,
} from '@tollgate/kit/stages/provider-failover'
import { type AdminAppOptions, adminApp } from './admin/admin-app.ts'
import { adminToken } from './admin/admin-token.ts'
import { gatewayMetrics } from './admin/metrics.ts'
import { providers as providerHealth } from './admin/providers.ts'
import { spend } from './admin/spend.ts'
import { type Alerts, alertsOf } from './alerts/alerts.ts'
import { tellingCrossings } from './alerts/crossings.ts'
import type { Config } from './config/index.ts'
import { drain } from './drain.ts'
import { type ChosenBy, listen, stopListening } from './listen.ts'
import { type Opened, opened } from './opened.ts'
import { providersOf } from './pipeline/providers.ts'
import type { Totals } from './pipeline/traffic.ts'
import { priceAge } from './prices/price-age.ts'
import { priceUpdates } from './prices/price-updates.ts'
import { requestLines } from './say/request-lines.ts'
import { startLines } from './say/start-lines.ts'
import { service } from './service.ts'
import { simulationFor } from './simulation.ts'
import { shareHealth } from './store/fleet-health.ts'
import { keepProvisioned } from './store/keep-provisioned.ts'
import { keptRecords } from './store/kept-records.ts'
import { openStore } from './store/open-store.ts'
import { provision } from './store/provision.ts'
import type { Store } from './store/store.ts'

export interface GatewayOptions {
  /** Told each line that the gateway says of itself; silent by default. */
  readonly output?: (line: string) => void
  /** Whether each request has a line of its own too. */
  readonly requestLines?: boolean
  /** How long stopping may take, ms; what still runs 5 s before its end is aborted and settled. */
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
    cwd = process.cwd(),
    clock = systemClock,
  }: GatewayOptions = {},
): Promise<Gateway> {
  const everything = opened()
  try {
    const options = { output, requestLines, graceMs, kubernetes, cwd, clock }
    return await run(config, options, everything)
  } catch (error) {
    await everything.close()
    throw error
  }
}

const CHOSEN_BY: ChosenBy = { host: '--host or listen.host', port: '--port or listen.port' }
const ADMIN_CHOSEN_BY: ChosenBy = { host: 'admin.listen.host', port: '--admin-port or admin.listen.port' }

async function run(config: Config, options: Required<GatewayOptions>, everything: Opened): Promise<Gateway> {
  const { output, graceMs, kubernetes, cwd, clock } = options
  const updates = config.priceUpdates && priceUpdates({ ...config.priceUpdates, output, clock })
  const priceAgeMs = () => priceAge(updates, clock.now())
  const alerts = alertsOf(config.alerts, { clock, priceAgeMs, timers: machineTimers })
  everything.add(() => alerts.close())
  const watched = (books: Ledger) => tellingCrossings(books, alerts.at, alerts.onCrossed)
  const opened = await openStore(config, { clock, watched })
  everything.add(() => opened.close())
  alerts.useReports(opened.reports)
  await provision(config, opened)
  const { store, checks, close } = await keepProvisioned(config, opened, { clock })
  everything.add(close)
  if (updates) {
    everything.add(() => updates.close())
    await updates.start()
  }
  const simulation = await simulationFor(config)
  if (simulation) everything.add(() => simulation.close())
  const health = healthBoard(config.breakers)
  everything.add(await shareHealth(config, health))
  const records = recordsOf(config, store, { ...options, health, alerts, priceAgeMs })
  everything.add(() => records.audit.close())

  const providers = simulation ? [simulation.provider] : providersOf(config)
  const cut = new AbortController()
  const pace = { limits: store.limits, onRunaway: records.onRunaway }
  const dispatcher = providerAgent({ ...config.timeouts, proxies: config.proxies })
  everything.add(() => dispatcher.close())
  const agents = nodeAgents({ proxies: config.proxies })
  everything.add(() => {
    for (const agent of [agents.http, agents.https]) agent.destroy()
  })
  const calls = {
    providers,
    health,
    dispatcher,
    agents,
    audit: records.audit,
    ...pace,
    stop: cut.signal,
    clock,
  }
  const { app, sessions, traffic, ready, routes } = service({ config, store, checks, ...calls })
  const token = adminToken(config)
  const operators = adminApp({
    token: token.token,
    readyz: ready.operatorStage,
    providers: providerHealth({ config, routes, health, clock }),
    ...records.endpoints,
  })
  const admin = await listen(operators as RequestListener, config.admin.listen, ADMIN_CHOSEN_BY)
  everything.add(() => stopListening(admin))
  const main = await listen(app as RequestListener, config.listen, CHOSEN_BY, sessions)

  const urls = { url: main.url, adminUrl: admin.url }
  const { front, warnings } = store
  const started = { config, ...urls, adminToken: token, front, warnings, kubernetes, cwd }
  for (const text of startLines(started)) output(text)
  simulation?.warmUp()

  const stop = async () => {
    ready.stop()
    await drain({ listener: main, traffic, sessions, graceMs, cut: () => cut.abort() })
    await everything.close()
    return { ...traffic.totals }
  }
  let stopped: Promise<Totals> | undefined
  return {
    ...urls,
    refreshPrices: async () => updates?.refresh(),
    close() {
      stopped ??= stop()
      return stopped
    },
  }
}

interface Records {
  readonly audit: AuditLog
  readonly onRunaway: (runaway: Runaway) => void
  readonly endpoints: Pick<AdminAppOptions, 'metrics' | 'spend'>
}

/** What records are made of, and who is told of them. */
interface Watching {
  readonly health: HealthBoard
  readonly alerts: Alerts
  readonly priceAgeMs: () => number
}

/** The trail of records, everything that is made of it, and what operators are told from it. */
function recordsOf(
  config: Config,
  store: Store,
  { output, requestLines: speaking, clock, health, alerts, priceAgeMs }: Required<GatewayOptions> & Watching,
): Records {
  const { ledger, reports, unbooked } = store
  const sinks = [...keptRecords(config, store), ...(alerts.sink ? [alerts.sink] : [])]
  const { org } = config
  // A Redis may be shared with orgs that are none of this operator's; a file is all its own.
  const alone = config.store.kind === 'redis'
  const metrics = gatewayMetrics({ ledger, unbooked, org, alone, config, health, priceAgeMs, clock })
  const console = speaking ? [requestLines(output, ledger)] : []
  const audit = auditLog({ ledger, clock, sinks: [...sinks, metrics.sink, ...console] })
  return {
    audit,
    onRunaway(runaway) {
      metrics.runaway(runaway)
      alerts.onRunaway(runaway)
    },
    endpoints: {
      metrics: metrics.scrape(audit),
      spend: spend({ ledger, org, alone, reports, trail: audit, clock }),
    },
  }
}
