import { Gauge, type Registry } from 'prom-client'

/** How old the list of prices in force is. The answer brings it up to now, before a scrape. */
export function priceMetrics(registry: Registry, ageMs: () => number): () => void {
  const age = new Gauge({
    name: 'tollgate_price_book_age_seconds',
    help: 'How old the list of prices is that calls are charged by, overrides apart.',
    registers: [registry],
  })
  return () => age.set(Math.floor(ageMs() / 1000))
}
