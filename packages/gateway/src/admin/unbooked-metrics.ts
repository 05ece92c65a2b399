import { nanoToUsd } from '@tollgate/kit/core'
import type { UnbookedList } from '@tollgate/kit/ledger'
import { Gauge, type Registry } from 'prom-client'

/** What the books of an org could charge to nobody, as an operator finds it. The answer reads it from the books: once a scrape. */
export function unbookedMetrics(
  registry: Registry,
  unbooked: Pick<UnbookedList, 'list'>,
  org: string,
): () => Promise<void> {
  const registers = [registry]
  const of = (name: string, help: string) => new Gauge({ name, help, labelNames: ['org'], registers })
  const charges = of('tollgate_unbooked_charges', 'Charges that the books could book on nobody.')
  const cost = of('tollgate_unbooked_usd', 'What they come to, in USD.')
  return async function collect() {
    const settles = await unbooked.list(org)
    charges.set({ org }, settles.length)
    cost.set({ org }, Number(nanoToUsd(settles.reduce((sum, { actual }) => sum + actual.usd, 0))))
  }
}
