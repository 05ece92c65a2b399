import type { PriceOverrides } from '@tollgate/kit/meter'
import type { Provider } from '@tollgate/kit/wire'
import { countTokens, EXAMPLE_PRICES, simulatedProvider } from '@tollgate/testing'
import type { Config } from './config/index.ts'
import { isSimulated } from './say/config-lines.ts'

/** The provider of a gateway that nobody has given one. */
export interface Simulation {
  readonly provider: Provider
  /** Load its vocabulary, which takes a second: better right after the start than while the first caller waits. */
  warmUp(): void
  close(): Promise<void>
}

/**
 * The simulated provider as it is known to commands that only ask where a call would go: it has an address only while it
 * runs.
 */
export const SIMULATED = {
  name: 'simulated',
  dialect: 'openai',
  baseUrl: 'http://127.0.0.1',
  conversations: 'owned',
} as const satisfies Provider

/** What the simulated provider bills: its own list, which the gateway's prices must be as well. */
export const SIMULATED_PRICES: PriceOverrides = Object.fromEntries(
  Object.entries(EXAMPLE_PRICES).map(([model, { input, output = '0', cachedInput = input, ...price }]) => [
    `simulated/${model}`,
    {
      input,
      output,
      cached_input: cachedInput,
      cache_write: price.cacheWrite,
      cache_write_1h: price.cacheWrite1h ?? price.cacheWrite,
      audio_input: price.audioInput,
      cached_audio_input: price.cachedAudioInput,
      audio_output: price.audioOutput,
    },
  ]),
)

/** Start the simulated provider where it is to stand in. */
export async function simulationFor(config: Config): Promise<Simulation | undefined> {
  if (!isSimulated(config)) return undefined
  const simulated = await simulatedProvider({ keepRequests: 0 })
  return {
    provider: { ...SIMULATED, baseUrl: simulated.url },
    warmUp: () => void countTokens('warm'),
    close: () => simulated.close(),
  }
}
