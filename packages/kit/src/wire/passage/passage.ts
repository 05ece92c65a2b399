import type { PassedProvider } from './http-provider.ts'
import type { Meter } from './meter.ts'

/** A request that is no call of a model, on its way to a provider. */
export interface Passage {
  readonly provider: PassedProvider
  /** Up to where `path` begins: the provider's own, or another address that it has for such requests. */
  readonly baseUrl: string
  /** Below that, with the query: what is sent. */
  readonly path: string
  /** What it costs: by a meter, nothing, or nobody knows. */
  readonly cost: Meter | 'nothing' | 'unknown'
  /** Its credentials are a signature over the whole body, which is held first, up to so many bytes. */
  readonly heldBytes?: number
  /** Its answer may say where a file's bytes are to go. */
  readonly uploads?: true
}
