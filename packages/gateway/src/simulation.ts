import type { Provider } from '@tollgate/kit/wire'
import { type SimulatedProvider, simulatedProvider } from '@tollgate/testing'
import type { Config } from './config/index.ts'

/** The providers of a gateway, and the simulated one when it is all there is. */
export interface Simulation {
  readonly provider: Provider
  close(): Promise<void>
}

/** A simulated provider stands in only where nobody has stated a config: what runs from a file is meant. */
export async function simulationFor({ file, providers }: Config): Promise<Simulation | undefined> {
  if (file !== undefined || providers.length > 0) return undefined
  const simulated: SimulatedProvider = await simulatedProvider({ keepRequests: 0 })
  return {
    provider: { name: 'simulated', dialect: 'openai', baseUrl: simulated.url },
    close: () => simulated.close(),
  }
}
