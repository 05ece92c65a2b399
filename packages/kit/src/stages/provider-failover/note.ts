import type { Deployment } from '../../wire/routes.ts'
import type { Attempt } from './slots.ts'

/** Keep what became of one try, for whoever reads the `attempts`. */
export function note(
  { made }: { readonly made: Attempt[] },
  { provider, model, key }: Deployment,
  attempt: Omit<Attempt, 'provider' | 'model' | 'key' | 'durationMs'> & { readonly durationMs?: number },
): void {
  made.push({
    provider: provider.name,
    model,
    ...(key === undefined ? {} : { key }),
    durationMs: 0,
    ...attempt,
  })
}
