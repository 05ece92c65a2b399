import type { Deployment } from '../../wire/routes.ts'
import type { Attempt } from './slots.ts'
import type { Trip } from './trip.ts'

type Noted = Omit<Attempt, 'provider' | 'model' | 'key' | 'durationMs'> & { readonly durationMs?: number }

/** Keep what became of one try, for whoever reads the `attempts`, and tell the tracing of the service. */
export function note(trip: Trip, deployment: Deployment, noted: Noted): void {
  keep(trip, deployment, noted)()
}

/** The same for the one that the client has its answer from: what that costs is known when the request is settled. */
export function noteAnswer(trip: Trip, deployment: Deployment, noted: Noted): void {
  trip.answer = { at: trip.made.length, tell: keep(trip, deployment, noted) }
}

function keep({ made, crew }: Trip, { provider, model, key }: Deployment, noted: Noted) {
  const attempt: Attempt = {
    provider: provider.name,
    model,
    ...(key !== undefined && { key }),
    durationMs: 0,
    ...noted,
  }
  made.push(attempt)
  return crew.spans.over(attempt, crew.clock.now())
}
