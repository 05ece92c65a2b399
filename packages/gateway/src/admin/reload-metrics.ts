import { Counter, Gauge, type Registry } from 'prom-client'

/** What became of a look at the config: `refused` is a file that is wrong, or could not be put in force. */
export type ReloadOutcome = 'applied' | 'unchanged' | 'refused'

/** How the config is followed: what is refused leaves a gateway as it was, and shows here. */
export function reloadMetrics(registry: Registry): (outcome: ReloadOutcome) => void {
  const registers = [registry]
  const looks = new Counter({
    name: 'tollgate_config_reloads_total',
    help: 'Looks at the config while the gateway ran, by what became of them.',
    labelNames: ['outcome'],
    registers,
  })
  const good = new Gauge({
    name: 'tollgate_config_in_force',
    help: '1 while the gateway runs from what its config says, 0 after one that was refused.',
    registers,
  })
  good.set(1)
  return (outcome) => {
    looks.inc({ outcome })
    good.set(outcome === 'refused' ? 0 : 1)
  }
}
