import type { Deployment } from '../../wire/routes.ts'
import type { Attempt } from './slots.ts'
import type { Trip } from './trip.ts'

/** Keep what became of one try, for whoever reads the `attempts`, and tell the tracing of the service. */
export function note(
  { made, crew }: Pick<Trip, 'made' | 'crew'>,
  { provider, model, key }: Deployment,
  attempt: Omit<Attempt, 'provider' | 'model' | 'key' | 'durationMs'> & { readonly durationMs?: number },
): void {
  const noted: Attempt = {
    provider: provider.name,
    model,
    ...(key === undefined ? {} : { key }),
    durationMs: 0,
    ...attempt,
  }
  made.push(noted)
  crew.spans.tell(noted, crew.clock.now())
}
