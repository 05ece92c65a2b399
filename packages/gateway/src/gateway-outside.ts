import { type Clock, machineTimers } from '@tollgate/kit/core'
import { fetchBy, providerAgent } from '@tollgate/kit/stages/provider-failover'
import { type Alerts, alertsOf } from './alerts/alerts.ts'
import type { Config } from './config/index.ts'
import type { Opened } from './opened.ts'
import { priceAge } from './prices/price-age.ts'
import { type PriceUpdates, priceUpdates } from './prices/price-updates.ts'

/** Whom a gateway talks to besides its callers and its books, and how. */
export interface GatewayOutside {
  /** Connections to providers. */
  readonly dispatcher: ReturnType<typeof providerAgent>
  /** A `fetch` over the same connections: for issuers, lists of models, and addresses that are told of alerts. */
  readonly fetch: typeof globalThis.fetch
  readonly alerts: Alerts
  /** Newer prices; undefined where the config asks for none. They are followed once they are started. */
  readonly updates: PriceUpdates | undefined
  /** How old the list of prices in force is, ms. */
  readonly priceAgeMs: () => number
}

export interface GatewayOutsideOptions {
  readonly output: (line: string) => void
  readonly clock: Clock
}

/** Open the ways out that a config states; `everything` closes them. */
export function gatewayOutside(
  config: Config,
  everything: Opened,
  { output, clock }: GatewayOutsideOptions,
): GatewayOutside {
  const dispatcher = providerAgent({ ...config.timeouts, proxies: config.proxies })
  everything.add(() => dispatcher.close())
  const fetch = fetchBy(dispatcher)
  const updates = config.priceUpdates && priceUpdates({ ...config.priceUpdates, output, clock })
  const priceAgeMs = () => priceAge(updates, clock.now())
  const alerts = alertsOf(config.alerts, { clock, priceAgeMs, timers: machineTimers, fetch })
  everything.add(() => alerts.close())
  return { dispatcher, fetch, alerts, updates, priceAgeMs }
}
