import type { Clock } from '@tollgate/kit/core'
import type { DeploymentHealth, HealthBoard } from '@tollgate/kit/stages/provider-failover'
import { Gauge, type Registry } from 'prom-client'
import type { Config } from '../config/index.ts'

const BREAKER: Readonly<Record<DeploymentHealth['breaker'], number>> = { closed: 0, 'half-open': 1, open: 2 }

/** A model name that passes through is the caller's own choice, and makes no series: those of a provider are one. */
const OTHERS = '(others)'

export interface ProviderMetricsOptions {
  /** As it is now. */
  readonly config: () => Pick<Config, 'routes'>
  readonly health: HealthBoard
  readonly clock: Clock
}

/** How deployments do, as of the scrape; of what has one series, the worst. The answer brings the figures up to now. */
export function providerMetrics(
  registry: Registry,
  { config, health, clock }: ProviderMetricsOptions,
): () => void {
  const gauge = (name: string, help: string, ...more: string[]) =>
    new Gauge({ name, help, labelNames: ['provider', 'model', 'key', ...more], registers: [registry] })
  const breaker = gauge('tollgate_breaker_state', '0 closed, 1 half-open, 2 open.')
  const shut = gauge(
    'tollgate_deployment_shut_seconds',
    'For how long a deployment is not asked, by why.',
    'why',
  )
  const latency = gauge('tollgate_provider_first_byte_seconds', 'To the first byte of an answer, lately.')
  const inFlight = gauge('tollgate_provider_in_flight', 'Calls that run.')
  const all = [breaker, shut, latency, inFlight]
  return () => {
    const targets = config().routes.flatMap((route) => route.targets)
    const routed = new Set(targets.map(({ provider, model }) => `${provider}/${model}`))
    const nowMs = clock.now()
    for (const each of all) each.reset()
    const worst = worstOf()
    for (const deployment of health.read(nowMs)) {
      const { provider, key = '', closure } = deployment
      const model = routed.has(`${provider}/${deployment.model}`) ? deployment.model : OTHERS
      const labels = { provider, model, key }
      worst(breaker, labels, BREAKER[deployment.breaker])
      if (closure) worst(shut, { ...labels, why: closure.why }, Math.max(0, closure.untilMs - nowMs) / 1000)
      worst(latency, labels, deployment.latencyMs / 1000)
      inFlight.inc(labels, deployment.inFlight)
    }
  }
}

/** Sets a gauge to the highest of the values that it is given for the same labels. */
function worstOf(): (gauge: Gauge, labels: Record<string, string>, value: number) => void {
  const highest = new Map<Gauge, Map<string, number>>()
  return (gauge, labels, value) => {
    const series = highest.get(gauge) ?? new Map<string, number>()
    highest.set(gauge, series)
    const name = JSON.stringify(labels)
    const most = Math.max(value, series.get(name) ?? 0)
    series.set(name, most)
    gauge.set(labels, most)
  }
}
