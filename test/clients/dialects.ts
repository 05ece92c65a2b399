import { type Dialect, EXAMPLE_PRICES } from '@tollgate/testing'
import { type Assembly, type AssemblyOptions, assemble, PROVIDER_KEY } from '../support/assembly.ts'
import { budgets } from '../support/openai.ts'

/** Who serves a call: a provider that speaks the client's dialect, or one of another. */
export const SERVED_BY: readonly Dialect[] = ['openai', 'anthropic', 'gemini']

/** The model that each provider has, under any name that a client knows. */
export const SERVED_AS: Readonly<Record<Dialect, string>> = {
  openai: 'gpt-4.1-mini',
  anthropic: 'claude-haiku-4-5',
  gemini: 'gemini-2.5-pro',
}

/** A gateway in front of one provider, which refuses whatever the real one would. */
export function servedBy(
  dialect: Dialect,
  { provider, ...options }: AssemblyOptions = {},
): Promise<Assembly> {
  return assemble({
    budgets,
    prices: EXAMPLE_PRICES,
    dialect,
    provider: { apiKey: PROVIDER_KEY, ...provider },
    routing: (simulated) => ({
      providers: [simulated],
      routes: { '*': [`${simulated.name}/${SERVED_AS[dialect]}`] },
    }),
    ...options,
  })
}
