import type { PriceOverrides } from '@tollgate/kit/meter'
import type { Endpoint } from '@tollgate/kit/wire'

/** One answer of a provider, and what its published rules bill for it, worked by hand. */
export interface Vector {
  readonly name: string
  /** The provider's page that says how this is counted and billed. */
  readonly rule: string
  readonly endpoint: Endpoint
  /** Stated, so that no change of a price list changes a vector. The first is the model's own. */
  readonly prices: PriceOverrides
  /** The provider's name, for rules that are its own. */
  readonly provider: string
  /** The answer, or the events of a stream, with all of it that is about cost. */
  readonly said: object | readonly object[]
  /** The working, in millionths of a USD: tokens × USD per million, and fees. */
  readonly working: string
  readonly nanoUsd: number
}
