import { modelRoutes } from '@tollgate/kit'
import { type HealthBoard, healthBoard, routing } from '@tollgate/kit/stages/provider-failover'
import type { Provider, Routes } from '@tollgate/kit/wire'
import { ASKED_MODEL, PROVIDER_KEY } from '../exchange.ts'

/** Where provider-failover may send the one model that is asked for. */
export interface BenchDeployments {
  readonly one: Routes
  /** The same model at three providers, of which the quickest is asked first. */
  readonly three: Routes
  /** Of those three. */
  readonly health: HealthBoard
}

/** The model keeps its name at all of them, so that the body passes as it is. */
export function deploymentsAt(origin: string): BenchDeployments {
  const provider = (name: string): Provider => ({
    name,
    dialect: 'openai',
    baseUrl: `${origin}/v1`,
    apiKey: PROVIDER_KEY,
  })
  const health = healthBoard()
  const names = ['a', 'b', 'c']
  return {
    one: modelRoutes({ providers: [provider('a')], routes: { [ASKED_MODEL]: [`a/${ASKED_MODEL}`] } }),
    three: routing({
      providers: names.map(provider),
      routes: {
        [ASKED_MODEL]: { targets: names.map((name) => `${name}/${ASKED_MODEL}`), order: 'least-latency' },
      },
      health,
    }),
    health,
  }
}
