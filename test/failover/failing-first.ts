import { healthBoard } from '@tollgate/kit/stages/provider-failover'
import { answers, type Misbehaviour, type RawProvider, rawProvider } from './raw-provider.ts'
import { type Bench, threeProviders } from './three-providers.ts'

/** The most that a call costs at each, nano-USD: 100 tokens of output, which is what is asked for. */
export const WORST = { a: 100_000, b: 200_000 }

export const EVENTS = 'text/event-stream'
export const JSON_TYPE = 'application/json'

/** How long a byte is waited for where none comes, ms, and where one does come: however busy the machine is. */
const SILENT_MS = 1_500
const PATIENT_MS = 20_000

export interface FailingFirstOptions {
  /** Where the first one is said to be, if not where it is. */
  readonly at?: string
  /** It says nothing at last. */
  readonly silent?: boolean
}

/** A provider that misbehaves in a way of its own, and behind it one that does not: one failure opens a breaker. */
export async function failingFirst({
  at,
  silent = false,
}: FailingFirstOptions = {}): Promise<Bench & { readonly raw: RawProvider }> {
  const raw = await rawProvider()
  const byteMs = silent ? SILENT_MS : PATIENT_MS
  const bench = await threeProviders({
    providers: { a: { baseUrl: at ?? raw.url } },
    route: { targets: ['a/small', 'b/medium'] },
    health: healthBoard({ minVolume: 1, failureShare: 1, openMs: 60_000 }),
    calling: { timeouts: { connectMs: 3_000, firstByteMs: byteMs, idleMs: byteMs, totalMs: 30_000 } },
  })
  return { ...bench, raw }
}

/** A refusal in OpenAI's words. */
export const refuses = (status: string, error: object): Misbehaviour =>
  answers(status, JSON_TYPE, JSON.stringify({ error }))
